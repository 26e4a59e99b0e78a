import { button, el, foreign, whole } from './elements.ts';
import { drawOutcome } from './outcome-view.ts';
import { type Fields, fieldsOf, listOf, textOf } from './read-json.ts';
import { nameOf, plainTable } from './table.ts';
import { type ToolResult, threadOf } from './tool-result.ts';
import type { Back, Page } from './view-page.ts';
import { statusWords, type Words } from './words.ts';

/** The announcement is answered at once. After this time, in milliseconds, the user is sent to the chat. */
const LATE_MS = 30_000;
/** While a deletion is under way the page asks for its outcome again after this time, in milliseconds. */
const AGAIN_MS = 1_000;
/** A double click on something else must not hit the button that appears below the pointer. In milliseconds. */
const ARMED_MS = 500;

function cells(item: Fields, words: Words): Node[] {
  const thread = threadOf(item);
  const mark =
    item['gone'] === true ? statusWords(words, 'already_gone') : item['verified'] === false && words.unverified;
  return [
    nameOf(thread, words, mark),
    foreign(thread.group),
    foreign(thread.owner),
    foreign(thread.created.slice(0, 10)),
    foreign(thread.members),
  ];
}

/** Draws what would be lost and asks. There are no buttons before the server says that the question is open. */
export function drawConfirm(page: Page, { view }: ToolResult, back?: Back): void {
  const { words } = page;
  const items = listOf(view['items']).map(fieldsOf);
  const users = listOf(view['users']).map(textOf);
  const action = view['action'] === 'remove' ? 'remove' : 'delete';
  const act = words[action].act(items.length, users.length);
  const approval = textOf(view['approval']);
  const status = el('p', { role: 'status' });
  const buttons = el('div', { class: 'buttons' });
  /** Has the user clicked? */
  let answered = false;

  const say = (text: string): void => {
    buttons.replaceChildren();
    status.textContent = text;
  };
  const end = (text: string): void => {
    say(text);
    if (back) buttons.append(button(words.back, () => back({})));
  };

  const ask = (): void => {
    say(answered ? words.again : '');
    const keep = button(words.keep, () => void answer('no'));
    const yes = button(act, () => void answer('yes'), 'danger');
    yes.disabled = true;
    setTimeout(() => {
      yes.disabled = false;
    }, ARMED_MS);
    buttons.append(keep, yes);
    keep.focus({ preventScroll: true });
  };

  const answer = async (word: 'shown' | 'yes' | 'no'): Promise<void> => {
    answered ||= word !== 'shown';
    say(words.wait);
    const late = answered ? undefined : setTimeout(() => end(words.useChat), LATE_MS);
    const result = await page.call('answer_confirmation', { approval, answer: word }).catch(() => undefined);
    clearTimeout(late);
    // Where the host refused the call or gave up waiting, the answer may have arrived all the same.
    if (!result?.state && word !== 'shown') return answer('shown');
    switch (result?.state) {
      case 'open':
        return ask();
      case 'working':
        setTimeout(() => void answer('shown'), AGAIN_MS);
        return;
      case 'settled':
      case 'declined':
        if (answered) page.tellModel(result);
        // An answer that came late must not replace what the user has gone back to.
        if (status.isConnected)
          drawOutcome(page, result, back, { action, threads: items.map((item) => threadOf(item)) });
        return;
      case 'closed':
        return end(words.closed);
      case 'unknown':
        // To a server that has started anew: what the one before did after a yes is not known here.
        return end(answered && word === 'shown' ? words.lost : words.closed);
      default:
        return end(answered ? words.lost : words.useChat);
    }
  };

  page.show(
    el('h1', { tabindex: '-1' }, view['sandbox'] === true && '[sandbox] ', act + words.ask),
    el('p', {}, words[action].note),
    el('p', {}, whole(words.app(textOf(view['app']), textOf(view['host'])))),
    users.length > 0 && el('p', {}, ...users.flatMap((user, i) => [i > 0 && words.comma, whole(user)])),
    plainTable(
      words.list,
      ['name', 'group', 'owner', 'created', 'members'],
      items.map((item) => cells(item, words)),
      words,
    ),
    status,
    buttons,
  );
  if (approval && page.callsTools) void answer('shown');
  else end(words.useChat);
}
