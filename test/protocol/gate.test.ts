import { readFile } from 'node:fs/promises';
import { afterAll, describe, expect, it } from 'vitest';
import { CONFIRM_MODES } from '../../src/settings/schema.ts';
import { connectClient, type FormHandler, type TestClient } from '../support/client.ts';
import { classicSettings, envelope, recordingServer } from '../support/http.ts';
import { type ManualClock, manualClock } from '../support/manual-clock.ts';
import { table, withBlock } from '../support/markdown.ts';

// Every combination of what a client can answer, what code is offered, the operator's mode and the client's kind:
// a deletion is sent in exactly the cells where it may be. The table that comes of it stands in SECURITY.md.

const THREAD = '240000000000009';
const OTHER = '240000000000010';
const SECURITY = new URL('../../SECURITY.md', import.meta.url);

type Forms = 'forms' | 'URL only' | 'none';
const CLIENTS: Record<Forms, Record<string, unknown> | undefined> = {
  forms: { form: {} },
  'URL only': { url: {} },
  none: undefined,
};

const yes = { action: 'accept', content: { confirm: true } };
/** How a form comes back. The last two need time, or the end of the call, to come about. */
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

/** What the call offers as its code; each gets what it needs from calls before. */
const CODES: Record<
  string,
  (client: TestClient, clock: ManualClock, tool: string, args: Args) => Promise<string | undefined>
> = {
  none: async () => undefined,
  'made up': async () => 'ABCDEFGH',
  right: (client, _clock, tool, args) => codeFor(client, tool, args),
  used: async (client, _clock, tool, args) => {
    const confirmation_code = await codeFor(client, tool, args);
    await client.call(tool, { ...args, confirmation_code });
    return confirmation_code;
  },
  expired: async (client, clock, tool, args) => {
    const code = await codeFor(client, tool, args);
    clock.advance(5 * 60_000);
    return code;
  },
  'of another thread': (client) => codeFor(client, 'delete_thread', { thread_id: OTHER }),
  'of other arguments': (client) => codeFor(client, 'delete_threads', { thread_ids: [THREAD, OTHER] }),
};

/** A code from a first call, where this client and mode hand out any; else one of the right form. */
async function codeFor({ call }: TestClient, tool: string, args: Args): Promise<string> {
  const { structured } = await call(tool, args);
  return String(structured['confirmation_code'] ?? 'ABCDEFGH');
}

/** The tools that delete or remove, each with arguments and what one call of it sends. */
const TOOLS: Record<string, { args: Record<string, unknown>; sends: number }> = {
  delete_thread: { args: { thread_id: THREAD }, sends: 1 },
  delete_threads: { args: { thread_ids: [THREAD, '240000000000011'] }, sends: 2 },
  remove_thread_members: { args: { thread_id: THREAD, usernames: ['lin'] }, sends: 1 },
};

/** Is a deletion sent in this cell? */
async function sends(
  mode: string,
  forms: Forms,
  code: string,
  answer: string,
  tool = 'delete_thread',
): Promise<boolean> {
  const { args, sends: most } = TOOLS[tool] ?? { args: {}, sends: 0 };
  const server = await recordingServer(({ method, url }) => {
    if (method !== 'DELETE') return envelope({ data: { affiliations: [] }, entities: [] });
    return url.endsWith('/users')
      ? envelope({ entities: [{ user: 'lin', result: true }] })
      : envelope({ data: { status: 'ok' } });
  });
  const clock = manualClock();
  const state = { preparing: true };
  const giveUp = new AbortController();
  const elicitation = CLIENTS[forms];
  const client = await connectClient({
    env: { ...classicSettings(server.url), AGORA_THREADS_CONFIRM: mode },
    clock,
    ...(elicitation && { elicitation }),
    ...(forms === 'forms' && {
      form: (message: string, params: unknown, signal: AbortSignal) => {
        // What comes before the call in question is declined, so that it is the only one that could delete.
        if (state.preparing) return { action: 'decline' };
        if (answer === 'time-out') setImmediate(() => clock.advance(5 * 60_000));
        if (answer === 'late accept after a cancel') setImmediate(() => giveUp.abort());
        return ANSWERS[answer]?.(message, params, signal);
      },
    }),
  });
  const confirmation_code = await CODES[code]?.(client, clock, tool, args);
  state.preparing = false;
  const sent = server.requests.length;
  const withCode = { ...args, ...(confirmation_code !== undefined && { confirmation_code }) };
  await client.call(tool, withCode, { signal: giveUp.signal }).catch(() => undefined);
  await client.client.ping();
  const deletions = server.requests.slice(sent).filter(({ method }) => method === 'DELETE');
  expect([0, most]).toContain(deletions.length);
  return deletions.length > 0;
}

/** Where a deletion may be sent: after a ticked box, or with the right code where forms do not decide. */
const allowed = (mode: string, forms: Forms, code: string, answer: string): boolean =>
  mode !== 'code' && forms === 'forms' ? answer === 'accept true' : mode !== 'elicitation' && code === 'right';

const outcomes = new Map<string, string[]>();

describe.each(CONFIRM_MODES)('mode %s', (mode) => {
  describe.each(Object.keys(CLIENTS) as Forms[])('a client with forms: %s', (forms) => {
    it.each(Object.keys(CODES))('code %s', async (code) => {
      const answers = Object.keys(ANSWERS);
      const deleting: string[] = [];
      for (const answer of answers) {
        const sent = await sends(mode, forms, code, answer);
        expect(sent, `${mode}, ${forms}, code ${code}, ${answer}`).toBe(allowed(mode, forms, code, answer));
        if (sent) deleting.push(answer);
      }
      outcomes.set(`${mode}/${forms}/${code}`, deleting.length === answers.length ? ['always'] : deleting);
    });
  });
});

describe.each(Object.keys(TOOLS).slice(1))('%s keeps to the same table', (tool) => {
  it.each(Object.keys(ANSWERS))('form: %s', async (answer) => {
    expect(await sends('auto', 'forms', 'none', answer, tool)).toBe(answer === 'accept true');
  });
  it.each(Object.keys(CODES))('code %s', async (code) => {
    expect(await sends('auto', 'none', code, 'accept true', tool)).toBe(code === 'right');
  });
});

const CELLS = CONFIRM_MODES.flatMap((mode) => (Object.keys(CLIENTS) as Forms[]).map((forms) => ({ mode, forms })));

function outcomeTable(): string {
  const codes = Object.keys(CODES);
  const rows = CELLS.map(({ mode, forms }) => [
    `\`${mode}\``,
    forms,
    ...codes.map((code) => {
      const deleting = outcomes.get(`${mode}/${forms}/${code}`) ?? ['not run'];
      if (deleting.length === 0) return 'no';
      return deleting[0] === 'always' ? '**deleted**' : `on ${deleting.join(', ')}`;
    }),
  ]);
  const head = ['mode', 'client', ...codes.map((code) => `code ${code}`)];
  return table(head, rows);
}

describe('SECURITY.md', () => {
  afterAll(() => outcomes.clear());

  it('shows the table as it came out', async () => {
    const page = await readFile(SECURITY, 'utf8');
    const fresh = withBlock(page, 'gate', outcomeTable());
    await expect(fresh).toMatchFileSnapshot(SECURITY.pathname);
  });
});
