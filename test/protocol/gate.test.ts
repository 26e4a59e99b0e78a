import { readFile } from 'node:fs/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { defined } from '../../src/base/defined.ts';
import { inParallel } from '../../src/base/in-parallel.ts';
import { CONFIRM_MODES } from '../../src/settings/schema.ts';
import { FORM_TIME_MS } from '../../src/toolkit/ask-by-form.ts';
import { SENDING_MS } from '../../src/toolkit/call-time.ts';
import { CONFIRM_TIME_MS } from '../../src/toolkit/gate.ts';
import { connectClient, type FormHandler, type TestClient } from '../support/client.ts';
import { classicSettings, envelope, recordingServer } from '../support/http.ts';
import { type ManualClock, manualClock } from '../support/manual-clock.ts';
import { table, withBlock } from '../support/markdown.ts';

// Every combination of the operator's mode, the client's kind, the code a call brings and, where a form is shown, its
// answer: a deletion is sent in exactly the cells where it may be. SECURITY.md has the resulting table.

const THREAD = '240000000000009';
const OTHER = '240000000000010';
const SECURITY = new URL('../../SECURITY.md', import.meta.url);

/** A code that carries on a confirmed call whose time was over. */
const LEFT_OVER = 'left over';

type Forms = 'forms' | 'URL only' | 'none';
const CLIENTS: Record<Forms, Record<string, unknown> | undefined> = {
  forms: { form: {} },
  'URL only': { url: {} },
  none: undefined,
};

const yes = { action: 'accept', content: { confirm: true } };
/** How a form comes back; the last two once the question is closed. */
const ANSWERS: Record<string, FormHandler> = {
  'accept true': () => yes,
  'accept false': () => ({ action: 'accept', content: { confirm: false } }),
  'accept without content': () => ({ action: 'accept' }),
  'accept with another type': () => ({ action: 'accept', content: { confirm: 'true' } }),
  decline: () => ({ action: 'decline' }),
  cancel: () => ({ action: 'cancel' }),
  malformed: () => ({ confirm: true }),
  error: () => {
    throw new Error('no window');
  },
  'time-out': (_message, _params, signal) =>
    new Promise((resolve) => signal.addEventListener('abort', () => resolve(yes))),
  'late accept after a cancel': (_message, _params, signal) =>
    new Promise((resolve) => signal.addEventListener('abort', () => resolve(yes))),
};

type Args = Record<string, unknown>;

/** What earlier calls work with. */
interface Before {
  readonly client: TestClient;
  readonly clock: ManualClock;
  readonly tool: string;
  readonly args: Args;
  /** From now on a form is accepted, and then the time of the call for sending is over. */
  readonly runOutAfterYes: () => void;
  /** At the next request the time of the call for sending is over. */
  readonly runOut: () => void;
}

/** The code a call brings; earlier calls provide what each needs. */
const CODES: Record<string, (before: Before) => Promise<string | undefined>> = {
  none: async () => undefined,
  'made up': async () => 'ABCDEFGH',
  right: ({ client, tool, args }) => codeFor(client, tool, args),
  used: async ({ client, tool, args }) => {
    const confirmation_code = await codeFor(client, tool, args);
    await client.call(tool, { ...args, confirmation_code });
    return confirmation_code;
  },
  expired: async ({ client, clock, tool, args }) => {
    const code = await codeFor(client, tool, args);
    clock.advance(CONFIRM_TIME_MS);
    return code;
  },
  'of another thread': ({ client }) => codeFor(client, 'delete_thread', { thread_id: OTHER }),
  'of other arguments': ({ client }) => codeFor(client, 'delete_threads', { thread_ids: [THREAD, OTHER] }),
  [LEFT_OVER]: async ({ client, tool, args, runOutAfterYes, runOut }) => {
    runOutAfterYes();
    const first = await client.call(tool, args);
    const { confirmation_code } = first.structured;
    if (first.structured['status'] !== 'confirmation_required') return String(confirmation_code ?? 'ABCDEFGH');
    runOut();
    const second = await client.call(tool, { ...args, confirmation_code });
    return String(second.structured['confirmation_code']);
  },
};

/** A code from a first call, or one that only looks right where this client and mode get none. */
async function codeFor({ call }: TestClient, tool: string, args: Args): Promise<string> {
  const { structured } = await call(tool, args);
  return String(structured['confirmation_code'] ?? 'ABCDEFGH');
}

/** The tools that delete or remove, each with arguments and what one call of it sends. */
const TOOLS: Record<string, { args: Record<string, unknown>; sends: number }> = {
  delete_thread: { args: { thread_id: THREAD }, sends: 1 },
  delete_threads: { args: { thread_ids: [THREAD, '240000000000011'] }, sends: 2 },
  remove_thread_members: { args: { thread_ids: [THREAD], usernames: ['lin'] }, sends: 1 },
};

interface Cell {
  readonly mode: string;
  readonly forms: Forms;
  readonly code: string;
  readonly answer: string;
}

/** Calls the tool in this cell: is its deletion sent? */
async function sends({ mode, forms, code, answer }: Cell, tool = 'delete_thread'): Promise<boolean> {
  const { args, sends: most } = TOOLS[tool] ?? { args: {}, sends: 0 };
  const ends: (() => Promise<void>)[] = [];
  const atEnd = (end: () => Promise<void>) => void ends.unshift(end);
  let runsOutAfterYes = false;
  let runsOut = false;
  const server = await recordingServer(({ method, url }) => {
    if (runsOut) clock.advance(SENDING_MS);
    runsOut = false;
    if (method !== 'DELETE') return envelope({ data: { affiliations: [] }, entities: [] });
    return url.endsWith('/users')
      ? envelope({ entities: [{ user: 'lin', result: true }] })
      : envelope({ data: { status: 'ok' } });
  }, atEnd);
  const clock = manualClock();
  let preparing = true;
  const giveUp = new AbortController();
  const form: FormHandler = (...shown) => {
    // Earlier calls are declined, so that only the call in question could delete.
    if (preparing && !runsOutAfterYes) return { action: 'decline' };
    if (preparing) {
      runsOut = true;
      return yes;
    }
    if (answer === 'time-out') setImmediate(() => clock.advance(FORM_TIME_MS));
    if (answer === 'late accept after a cancel') setImmediate(() => giveUp.abort());
    return ANSWERS[answer]?.(...shown);
  };
  const client = await connectClient({
    env: { ...classicSettings(server.url), AGORA_THREADS_CONFIRM: mode },
    clock,
    atEnd,
    ...defined({ elicitation: CLIENTS[forms], form: forms === 'forms' ? form : undefined }),
  });
  const confirmation_code = await CODES[code]?.({
    client,
    clock,
    tool,
    args,
    runOutAfterYes: () => {
      runsOutAfterYes = true;
    },
    runOut: () => {
      runsOut = true;
    },
  });
  preparing = false;
  const before = server.requests.length;
  const call = client.call(tool, { ...args, ...defined({ confirmation_code }) }, { signal: giveUp.signal });
  await call.catch(() => undefined);
  await client.client.ping();
  const deletions = server.requests.slice(before).filter(({ method }) => method === 'DELETE');
  for (const end of ends) await end();
  expect([0, most]).toContain(deletions.length);
  return deletions.length > 0;
}

const byForm = (mode: string, forms: Forms): boolean => mode !== 'code' && forms === 'forms';

/** Where a deletion may be sent: after a ticked box, with the right code where no form is shown, or by a yes before. */
const allowed = ({ mode, forms, code, answer }: Cell): boolean => {
  if (code === LEFT_OVER) return byForm(mode, forms) || mode !== 'person';
  return byForm(mode, forms) ? answer === 'accept true' : mode !== 'person' && code === 'right';
};

const ROWS = CONFIRM_MODES.flatMap((mode) => (Object.keys(CLIENTS) as Forms[]).map((forms) => ({ mode, forms })));
const CELLS: readonly Cell[] = ROWS.flatMap(({ mode, forms }) =>
  Object.keys(CODES).flatMap((code) => answersOf(mode, forms, code).map((answer) => ({ mode, forms, code, answer }))),
);

/** Where no form may be shown, one answer that would be a yes if it were; with a code left over, one that would not. */
function answersOf(mode: string, forms: Forms, code: string): readonly string[] {
  if (code === LEFT_OVER) return ['decline'];
  return byForm(mode, forms) ? Object.keys(ANSWERS) : ['accept true'];
}

/** No call about one thread has anything left over. */
const toolFor = (code: string): string => (code === LEFT_OVER ? 'delete_threads' : 'delete_thread');

describe('a deletion', () => {
  const sent = new Map<Cell, boolean>();
  beforeAll(async () => {
    await inParallel(CELLS, 8, async (cell) => sent.set(cell, await sends(cell, toolFor(cell.code))));
  });

  it.each(CELLS)('in mode $mode, with forms: $forms, code $code, form: $answer', (cell) => {
    expect(sent.get(cell)).toBe(allowed(cell));
  });

  it('is sent as the table of SECURITY.md says', async () => {
    const words = ({ mode, forms }: (typeof ROWS)[number], code: string): string => {
      const deleting = CELLS.filter(
        (cell) => cell.mode === mode && cell.forms === forms && cell.code === code && sent.get(cell),
      );
      if (deleting.length === 0) return 'no';
      return byForm(mode, forms) && code !== LEFT_OVER
        ? `on ${deleting.map(({ answer }) => answer).join(', ')}`
        : '**deleted**';
    };
    const codes = Object.keys(CODES);
    const rows = ROWS.map((row) => [`\`${row.mode}\``, row.forms, ...codes.map((code) => words(row, code))]);
    const fresh = table(['mode', 'client', ...codes.map((code) => (code === LEFT_OVER ? code : `code ${code}`))], rows);
    const page = await readFile(SECURITY, 'utf8');
    await expect(withBlock(page, 'gate', fresh)).toMatchFileSnapshot(SECURITY.pathname);
  });
});

describe.each(Object.keys(TOOLS).slice(1))('%s keeps to the same table', (tool) => {
  it.each(Object.keys(ANSWERS))('form: %s', async (answer) => {
    const cell: Cell = { mode: 'auto', forms: 'forms', code: 'none', answer };
    expect(await sends(cell, tool)).toBe(allowed(cell));
  });
  it.each(Object.keys(CODES))('code %s', async (code) => {
    const cell: Cell = { mode: 'auto', forms: 'none', code, answer: 'accept true' };
    expect(await sends(cell, tool)).toBe(allowed(cell));
  });
});
