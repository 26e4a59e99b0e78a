import { button, el, foreign } from './elements.ts';
import { type Fields, fieldsOf, listOf, textOf } from './read-json.ts';
import { nameOf, plainTable } from './table.ts';
import { inWords, sandboxMark, type Thread, type ToolResult, threadOf } from './tool-result.ts';
import type { Back, Page } from './view-page.ts';
import { statusWords, type Words } from './words.ts';

/** What became of one thread, or of one user of a thread. */
function readRows(structure: Fields): readonly Fields[] {
  const rows = listOf(structure['results']).map(fieldsOf);
  return rows.length > 0 || structure['thread'] === undefined ? rows : [structure];
}

/** `2 deleted, 1 failed`, with the rows that had no room. */
function tally(rows: readonly Fields[], leftOut: unknown, words: Words): string {
  const counts = new Map(Object.entries(fieldsOf(leftOut)).map(([status, n]) => [status, Number(n)]));
  for (const { status } of rows) counts.set(textOf(status), (counts.get(textOf(status)) ?? 0) + 1);
  return [...counts].map(([status, n]) => words.tally(n, statusWords(words, status))).join(words.comma);
}

/** What was asked, and about which threads. */
export interface Asked {
  readonly action: 'delete' | 'remove';
  readonly threads: readonly Thread[];
}

/**
 * Draws what came of a call in the words of the person, from the structure. What only the text tells is shown as it is.
 *
 * @param asked the question that was answered, where the page has it
 */
export function drawOutcome(page: Page, result: ToolResult, back?: Back, asked?: Asked): void {
  const { words } = page;
  const { structure, error, text } = result;
  const { status, confirmed_by, left_out, threads } = structure;
  const action = asked?.action ?? (threads === undefined ? 'delete' : 'remove');
  const rows = readRows(structure);
  const declined = status === 'declined';
  const inChat = status === 'confirmation_required';
  const heading = () => {
    if (error) return words.failed;
    if (inChat) return words.useChat;
    return declined ? words[action].none : tally(rows, left_out, words);
  };

  // Only the text says why a yes was not acted on, or how a form came back.
  const told = error || (declined ? confirmed_by !== undefined || !asked : rows.length === 0);

  const ofUsers = rows.some(({ username }) => username !== undefined);
  const cells = (row: Fields): Node[] => {
    const facts = threadOf({ ...fieldsOf(row['thread']), thread_id: row['thread_id'] });
    const thread = facts.name ? facts : (asked?.threads.find(({ id }) => id === facts.id) ?? facts);
    const reason = inWords(result, words.tag, textOf(row['error']));
    return [
      nameOf(thread, words),
      foreign(ofUsers ? textOf(row['username']) : thread.owner),
      el('span', {}, statusWords(words, textOf(row['status'])), reason && words.colon, reason && foreign(reason)),
    ];
  };

  const inPage = inWords(result, words.tag, text);
  page.show(
    el('h1', { tabindex: '-1' }, sandboxMark(structure), heading()),
    told && el('p', { lang: inPage === text ? 'en' : words.tag, class: 'told' }, inPage),
    rows.length > 0 &&
      !declined &&
      plainTable(
        words.list,
        ['name', ofUsers ? 'user' : 'owner', ...(inChat ? [] : ['status' as const])],
        rows.map(cells),
        words,
      ),
    rows.some((row) => row['status'] === 'not_tried') && el('p', {}, words.untried),
    back &&
      el(
        'div',
        { class: 'buttons' },
        button(words.back, () => back(structure)),
      ),
  );
}
