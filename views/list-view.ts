import { arranged, type Order, SORTABLE } from './arrange.ts';
import { button, el, foreign, onUser } from './elements.ts';
import { type Fields, fieldsOf, listOf, textOf } from './read-json.ts';
import { age, type Cell, nameOf, rowOf, table } from './table.ts';
import { inWords, readPage, sandboxMark, type Thread, type ToolResult } from './tool-result.ts';
import type { Page } from './view-page.ts';

/** As many as `delete_threads` takes. */
const MOST = 50;

/** A thread with its row, which is made once and then only moved. */
interface Listed extends Thread {
  readonly row: HTMLElement;
  readonly box: HTMLInputElement;
}

/** Draws a list of threads: sort, filter, select, load more, delete what is selected. */
export function drawList(page: Page, result: ToolResult): void {
  const { words } = page;
  const tool = textOf(result.view['tool']);
  const args = fieldsOf(result.view['args']);
  const deletable = page.callsTools && result.view['deletable'] === true;
  let threads: readonly Listed[] = [];
  let cursor: string | undefined;
  let unresolved = 0;
  let order: Order | undefined;
  let busy = false;
  let problem = '';

  const checkbox = (label: string, act: () => void): HTMLInputElement => {
    const box = el('input', { type: 'checkbox', 'aria-label': label });
    onUser(box, 'click', act);
    return box;
  };
  const withBox = (box: HTMLElement, cells: readonly Cell[]): readonly Cell[] =>
    deletable ? [{ column: 'select', content: box }, ...cells] : cells;

  const listed = (thread: Thread): Listed => {
    const box = checkbox(`${words.select} ${thread.name || thread.id}`, () => drawFoot());
    const row = rowOf(
      withBox(box, [
        { column: 'name', content: nameOf(thread, words) },
        { column: 'group', content: foreign(thread.group) },
        { column: 'owner', content: foreign(thread.owner) },
        { column: 'created', content: age(thread.created, words) },
      ]),
    );
    return { ...thread, row, box };
  };

  const shown = (): Listed[] => arranged(threads, filter.value, order, words.tag);
  const selected = (): Listed[] => threads.filter(({ box }) => box.checked);

  const filter = el('input', { type: 'search', 'aria-label': words.filter, placeholder: words.filter });
  onUser(filter, 'input', () => drawRows());
  const all = checkbox(words.selectAll, () => {
    for (const { box } of shown()) box.checked = all.checked;
    drawFoot();
  });
  const heads = SORTABLE.map((by): Cell => {
    const content = button(words.columns[by], () => {
      order = { by, down: order?.by === by && !order.down };
      drawRows();
    });
    return { column: by, content };
  });
  const list = table(words.list, withBox(all, heads), []);
  const status = el('p', { role: 'status' });
  const more = button(words.more, () => void load());
  const remove = button('', () => void ask(), 'danger');

  const drawRows = (): void => {
    for (const head of list.querySelectorAll('th')) {
      if (head.className !== order?.by) head.removeAttribute('aria-sort');
      else head.setAttribute('aria-sort', order.down ? 'descending' : 'ascending');
    }
    list.tBodies[0]?.replaceChildren(...shown().map(({ row }) => row));
    drawFoot();
  };

  const drawFoot = (): void => {
    const visible = shown();
    const count = selected().length;
    all.checked = visible.length > 0 && visible.every(({ box }) => box.checked);
    status.textContent = [
      sandboxMark(result.structure) + words.count(visible.length, threads.length),
      cursor && words.mayFollow,
      unresolved > 0 && words.unresolved(unresolved),
      count > MOST && words.tooMany,
      busy && words.wait,
      problem,
    ]
      .filter(Boolean)
      .join(' · ');
    more.hidden = !cursor || !tool || !page.callsTools;
    more.disabled = busy;
    remove.hidden = !deletable;
    remove.disabled = busy || count === 0 || count > MOST;
    remove.textContent = words.deleteSelected(count);
  };

  /** @param unheard what is said where the host gives the call up */
  const calling = async (name: string, callArgs: Fields, unheard: string): Promise<ToolResult | undefined> => {
    busy = true;
    problem = '';
    drawFoot();
    const answer = await page.call(name, callArgs).catch(() => undefined);
    busy = false;
    if (!answer) problem = unheard;
    else if (answer.error) problem = `${words.failed} ${inWords(answer, words.tag, answer.text)}`;
    drawFoot();
    return answer?.error ? undefined : answer;
  };

  const take = (answer: ToolResult): void => {
    const read = readPage(answer);
    const known = new Set(threads.map(({ id }) => id));
    threads = [...threads, ...read.threads.filter(({ id }) => !known.has(id)).map(listed)];
    ({ cursor, unresolved } = read);
    drawRows();
  };

  const load = async (): Promise<void> => {
    const next = await calling(tool, { ...args, cursor }, words.failed);
    if (next) take(next);
  };

  const ask = async (): Promise<void> => {
    const answer = await calling('delete_threads', { thread_ids: selected().map(({ id }) => id) }, words.lost);
    if (!answer) return;
    // By form it is done, or declined, within this call, of which the model knows nothing.
    if (answer.view['kind'] !== 'confirm') page.tellModel(answer);
    page.draw(answer, back);
  };

  const back = (outcome: Fields): void => {
    const rows = listOf(outcome['results']).map(fieldsOf);
    const gone = new Set(
      rows.filter(({ status }) => status === 'deleted' || status === 'already_gone').map((one) => one['thread_id']),
    );
    threads = threads.filter(({ id }) => !gone.has(id));
    open();
  };

  const open = (): void => {
    drawRows();
    const counts = threads.length === 0 && el('p', { lang: 'en', class: 'told' }, result.text);
    page.show(filter, list, counts, status, el('div', { class: 'buttons' }, more, remove));
  };

  take(result);
  open();
}
