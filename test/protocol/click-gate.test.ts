import { readFile } from 'node:fs/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { inParallel } from '../../src/base/in-parallel.ts';
import { CONFIRM_MODES } from '../../src/settings/schema.ts';
import { CODE_WAITS_MS, CONFIRM_TIME_MS } from '../../src/toolkit/gate.ts';
import { connectClient, type TestClient } from '../support/client.ts';
import { classicSettings, envelope, recordingServer } from '../support/http.ts';
import { type ManualClock, manualClock } from '../support/manual-clock.ts';
import { table, withBlock } from '../support/markdown.ts';
import { threadService, threadsOf } from '../support/thread-service.ts';

// Every combination of the operator's mode, what the client declares, whether a view has announced that it is drawn, who
// calls, and what they bring: a deletion is sent in exactly the cells where it may be. The view brings the approval, which
// it alone gets; the model brings the code and whatever else it could read. SECURITY.md has the resulting table.

const THREAD = '240000000000009';
const OTHER = '240000000000010';
const SECURITY = new URL('../../SECURITY.md', import.meta.url);

/** What a caller brings. */
interface Given {
  readonly approval: string;
  readonly code: string;
}

const MADE_UP: Given = { approval: 'x'.repeat(32), code: 'ABCDEFGH' };

/** What earlier calls work with. */
interface Before {
  readonly clock: ManualClock;
  readonly mine: Given;
  readonly ask: (thread: string) => Promise<Given>;
  readonly askElsewhere: () => Promise<Given>;
  readonly use: (given: Given) => Promise<void>;
}

const KINDS: Record<string, (before: Before) => Promise<Given>> = {
  right: async ({ mine }) => mine,
  'made up': async () => MADE_UP,
  used: async ({ mine, use }) => {
    await use(mine);
    return mine;
  },
  'of another call': ({ ask }) => ask(OTHER),
  'of another session': ({ askElsewhere }) => askElsewhere(),
  expired: async ({ mine, clock }) => {
    clock.advance(CONFIRM_TIME_MS);
    return mine;
  },
};

const CALLERS = ['view', 'model'] as const;

interface Cell {
  readonly mode: (typeof CONFIRM_MODES)[number];
  readonly views: boolean;
  readonly forms: boolean;
  readonly announced: boolean;
  readonly caller: (typeof CALLERS)[number];
  readonly kind: string;
}

const YES_NO = [true, false];
const ROWS = CONFIRM_MODES.flatMap((mode) =>
  YES_NO.flatMap((views) => YES_NO.flatMap((forms) => CALLERS.map((caller) => ({ mode, views, forms, caller })))),
);
const CELLS: readonly Cell[] = ROWS.flatMap((row) =>
  Object.keys(KINDS).flatMap((kind) => YES_NO.map((announced) => ({ ...row, kind, announced }))),
);

/** All that a model could take for an approval in what it reads. */
const looksLikeOne = (read: readonly string[]): string[] => [...new Set(read.join('\n').match(/[\w-]{32,}/g) ?? [])];

/** Lets the caller do its worst in this cell: is the thread deleted? */
async function isDeleted({ mode, views, forms, announced, caller, kind }: Cell): Promise<boolean> {
  const ends: (() => Promise<void>)[] = [];
  const atEnd = (end: () => Promise<void>) => void ends.unshift(end);
  const server = await recordingServer(
    ({ method }) =>
      method === 'DELETE'
        ? envelope({ data: { status: 'ok' } })
        : envelope({ data: { affiliations: [] }, entities: [] }),
    atEnd,
  );
  const clock = manualClock();
  const connect = () =>
    connectClient({
      env: { ...classicSettings(server.url), AGORA_THREADS_CONFIRM: mode },
      clock,
      atEnd,
      views,
      ...(forms && { form: () => ({ action: 'decline' }) }),
    });
  const client = await connect();
  const read: string[] = [];

  /** The approval as only the view gets it, and the code as the model reads it. */
  async function ask(to: TestClient, thread_id: string): Promise<Given> {
    const { text, structured, view } = await to.call('delete_thread', { thread_id });
    read.push(text, JSON.stringify(structured));
    return {
      approval: String(view['approval'] ?? MADE_UP.approval),
      code: String(structured['confirmation_code'] ?? MADE_UP.code),
    };
  }
  // Where the tool is not listed, calling it is an error of the protocol.
  const answer = (approval: string, said: string): Promise<unknown> =>
    client.call('answer_confirmation', { approval, answer: said }).catch(() => undefined);

  async function use({ approval, code }: Given): Promise<void> {
    if (caller === 'view') return void (await answer(approval, 'yes'));
    clock.advance(CODE_WAITS_MS);
    const { text, structured } = await client.call('delete_thread', { thread_id: THREAD, confirmation_code: code });
    read.push(text, JSON.stringify(structured));
    for (const approval of [code, ...looksLikeOne(read)]) await answer(approval, 'yes');
  }

  const mine = await ask(client, THREAD);
  if (announced) await answer(mine.approval, 'shown');
  const given = await KINDS[kind]?.({
    clock,
    mine,
    use,
    ask: (thread) => ask(client, thread),
    askElsewhere: async () => ask(await connect(), THREAD),
  });
  const before = server.requests.length;
  await use(given ?? MADE_UP);
  const deletions = server.requests.slice(before).filter(({ method }) => method === 'DELETE');
  for (const end of ends) await end();
  return deletions.some(({ url }) => url.endsWith(THREAD));
}

/** Where a deletion may be sent: by the right approval where a click decides, by the right code where none does. */
function allowed({ mode, views, forms, announced, caller, kind }: Cell): boolean {
  if (kind !== 'right') return false;
  const byClick = mode !== 'code' && views && !forms;
  if (caller === 'view') return byClick;
  return mode === 'code' || (mode === 'auto' && !forms && !(byClick && announced));
}

describe('a code beside a view', () => {
  it('does not count once the client has said hello again and shows forms', async () => {
    const [thread] = threadsOf('lin', 1);
    const service = await threadService(thread ? [thread] : []);
    const clock = manualClock();
    const { client, call } = await connectClient({ env: classicSettings(service.url), clock, views: true });
    const { structured } = await call('delete_thread', { thread_id: thread?.id });
    clock.advance(CODE_WAITS_MS);
    const hello = {
      protocolVersion: '2025-11-25',
      clientInfo: { name: 'x', version: '1' },
      capabilities: { elicitation: { form: {} } },
    };
    await client.request({ method: 'initialize', params: hello }, z.looseObject({}));
    const { confirmation_code } = structured;
    expect(confirmation_code).toBeDefined();
    // This client answers no form.
    const late = await call('delete_thread', { thread_id: thread?.id, confirmation_code });
    expect(late.structured['status']).toBe('declined');
    expect(service.deleted).toEqual([]);
  });
});

describe('a deletion', () => {
  const deleted = new Map<Cell, boolean>();
  beforeAll(async () => {
    await inParallel(CELLS, 8, async (cell) => deleted.set(cell, await isDeleted(cell)));
  });

  it.each(CELLS)(
    'in mode $mode, with views: $views, forms: $forms, announced: $announced, by the $caller with what is $kind',
    (cell) => {
      expect(deleted.get(cell)).toBe(allowed(cell));
    },
  );

  it('is sent as the table of SECURITY.md says', async () => {
    const words = (row: (typeof ROWS)[number], kind: string): string => {
      const cells = CELLS.filter(
        (cell) =>
          cell.mode === row.mode &&
          cell.views === row.views &&
          cell.forms === row.forms &&
          cell.caller === row.caller &&
          cell.kind === kind,
      );
      const [announced, silent] = YES_NO.map((is) => cells.some((cell) => cell.announced === is && deleted.get(cell)));
      if (!announced && !silent) return 'no';
      return announced && silent ? '**deleted**' : silent ? 'until a view is drawn' : 'once a view is drawn';
    };
    const declares = ({ views, forms }: (typeof ROWS)[number]): string =>
      [...(views ? ['views'] : []), ...(forms ? ['forms'] : [])].join(' and ') || 'neither';
    const brings = { view: 'view, approval', model: 'model, code' };
    const rows = ROWS.map((row) => [
      `\`${row.mode}\``,
      declares(row),
      brings[row.caller],
      ...Object.keys(KINDS).map((kind) => words(row, kind)),
    ]);
    const fresh = table(['mode', 'client shows', 'who brings what', ...Object.keys(KINDS)], rows);
    const page = await readFile(SECURITY, 'utf8');
    await expect(withBlock(page, 'click-gate', fresh)).toMatchFileSnapshot(SECURITY.pathname);
  });
});
