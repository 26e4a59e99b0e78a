import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import type { Threads } from '../../src/agora/threads.ts';
import { NewestMap } from '../../src/base/newest-map.ts';
import { startCallTime } from '../../src/toolkit/call-time.ts';
import { defineDeletion } from '../../src/toolkit/define-deletion.ts';
import type { Confirmation, ToolContext } from '../../src/toolkit/define-tool.ts';
import { createDeletionCap } from '../../src/toolkit/deletion-cap.ts';
import { createGate } from '../../src/toolkit/gate.ts';
import { type LastRecord, MOST_RECORDS } from '../../src/toolkit/last-records.ts';
import { createSeen } from '../../src/toolkit/seen-threads.ts';
import { outcomeOf, type Write } from '../../src/toolkit/writer.ts';
import { addThreadMembers } from '../../tools/add-thread-members.ts';
import { deleteThread } from '../../tools/delete-thread.ts';
import { deleteThreads } from '../../tools/delete-threads.ts';
import { removeThreadMembers } from '../../tools/remove-thread-members.ts';
import { manualClock } from '../support/manual-clock.ts';

// A call can be given up at any step. Here every step but the one under test looks away, so that each is tested by
// itself.

const ID = '240000000000009';
const unused = () => Promise.reject(new Error('not asked for'));

interface Hooks {
  /** Called with the last request of each look, and how many there were. */
  readonly afterLook?: (looks: number, giveUp: () => void) => void;
  readonly afterBatch?: (giveUp: () => void) => void;
  readonly afterDelete?: (giveUp: () => void) => void;
  readonly maxDeletes?: number;
  readonly ending?: AbortSignal;
}

/** A context whose looks and writes do not heed the signal. */
function start({ afterLook, afterBatch, afterDelete, maxDeletes, ending }: Hooks = {}) {
  const client = new AbortController();
  const giveUp = () => client.abort(new Error('given up'));
  const written: Write[] = [];
  let looks = 0;
  const threads: Threads = {
    with: () => threads,
    list: unused,
    listOfUser: async () => {
      looks += 1;
      afterLook?.(looks, giveUp);
      return { items: [] };
    },
    listOfUserInGroup: unused,
    listMembers: async () => ({ items: ['lin'] }),
    get: unused,
    listOfGroup: unused,
    create: unused,
    rename: unused,
    delete: async () => {
      afterDelete?.(giveUp);
      client.signal.throwIfAborted();
    },
    addMembers: async () => afterBatch?.(giveUp),
    removeMembers: async () => {
      afterBatch?.(giveUp);
      return { removed: new Map([['lin', true]]), resent: false };
    },
  };
  const clock = manualClock();
  const time = startCallTime(clock, client.signal, ending);
  const cap = createDeletionCap(maxDeletes, clock);
  const records = new NewestMap<LastRecord>(MOST_RECORDS);
  let turn = 0;
  const context: ToolContext = {
    app: { name: 'acme#helpdesk', host: 'x', sandbox: false },
    threads,
    groups: { list: unused, listOfUser: unused, listMembers: unused, get: unused, getUser: unused },
    groupNames: { remember: () => undefined, recall: () => undefined, learn: async () => undefined },
    directory: { ask: unused, note: () => undefined },
    undocumented: false,
    findInAuditLog: undefined,
    write: (write, send) => {
      written.push(write);
      return outcomeOf(send(threads));
    },
    seen: createSeen(),
    ownDeletions: new NewestMap(MOST_RECORDS),
    records,
    cap,
    nextTurn: () => ++turn,
    clock,
    clockAhead: () => undefined,
    time,
    language: 'en',
    signal: time.signal,
    progress: () => undefined,
  };
  return { context, written, giveUp, cap, records };
}

/** A person who says yes to a form; `asked` runs as the question is put. */
const confirmation = ({ clock }: ToolContext, asked: () => void = () => undefined): Confirmation => ({
  gate: createGate('auto', clock),
  asker: {
    step: 'ask_by_form',
    formIs: 'form',
    show: async () => {
      asked();
      return { action: 'accept', content: { confirm: true } };
    },
    heartbeat: () => undefined,
  },
});

const TOOLS = [
  ['delete_thread', deleteThread, { thread_id: ID }],
  ['delete_threads', deleteThreads, { thread_ids: [ID, '240000000000010'] }],
  ['remove_thread_members', removeThreadMembers, { thread_ids: [ID], usernames: ['lin'] }],
] as const;

describe('a call that is given up', () => {
  it.each(TOOLS)('does what it is to do where it is not given up (%s)', async (name, tool, args) => {
    const { context, written } = start();
    await (await tool.prepare(args))(context, confirmation(context));
    expect(written).toHaveLength(name === 'delete_threads' ? 2 : 1);
    for (const { confirmed } of written) expect(confirmed).toBe('form');
  });

  it('as the yes comes in performs nothing', async () => {
    const { context, giveUp } = start();
    let performed = false;
    const tool = defineDeletion({
      name: 'x',
      title: 'x',
      description: 'x',
      kind: 'delete',
      input: z.strictObject({ confirmation_code: z.string().optional() }),
      output: z.object({ summary: z.string() }),
      threadIds: () => [ID],
      alreadyDone: () => undefined,
      unconfirmed: (_targets, { summary }) => ({ summary }),
      perform: async () => {
        performed = true;
        return { tell: () => ({ summary: 'done' }) };
      },
      text: ({ summary }) => summary,
    });
    const byForm = confirmation(context, giveUp);
    await expect((await tool.prepare({}))(context, byForm)).rejects.toThrow('given up');
    const confirmation_code = byForm.gate.issueCode({ tool: 'x', args: {} }, []).code;
    const byCode = { ...byForm, asker: { ...byForm.asker, step: 'hand_out_code' as const } };
    await expect((await tool.prepare({ confirmation_code }))(context, byCode)).rejects.toThrow('given up');
    expect(performed).toBe(false);
  });

  it.each(TOOLS)(
    'during the last look before the deletion writes nothing, not even in the audit log (%s)',
    async (_name, tool, args) => {
      let asked = false;
      const { context, written, records } = start({ afterLook: (_looks, giveUp) => asked && giveUp() });
      const call = (await tool.prepare(args))(
        context,
        confirmation(context, () => {
          asked = true;
        }),
      );
      await expect(call).rejects.toThrow('given up');
      expect(written).toEqual([]);
      expect(records.get(ID)).toBeUndefined();
    },
  );

  it.each([
    ['add_thread_members', addThreadMembers],
    ['remove_thread_members', removeThreadMembers],
  ] as const)('during a batch begins no other (%s)', async (_name, tool) => {
    const { context, written } = start({ afterBatch: (giveUp) => giveUp() });
    const usernames = Array.from({ length: 12 }, (_, n) => `user-${n}`);
    const call = (await tool.prepare({ thread_ids: [ID], usernames }))(context, confirmation(context));
    await expect(call).rejects.toThrow('given up');
    expect(written).toHaveLength(1);
  });

  it('while its deletion is on the way keeps the last record, and counts as a deletion', async () => {
    const { context, records, cap } = start({ afterDelete: (giveUp) => giveUp(), maxDeletes: 1 });
    const call = (await deleteThread.prepare({ thread_id: ID }))(context, confirmation(context));
    await expect(call).rejects.toThrow('given up');
    expect(records.get(ID)).toMatchObject({ id: ID, members: ['lin'], members_state: 'complete' });
    expect(() => cap.require(1)).toThrow();
  });
});

it.each(TOOLS)('asks nobody once the server begins to end: %s', async (_name, tool, args) => {
  const { context, written } = start({ ending: AbortSignal.abort() });
  let asked = false;
  const call = (await tool.prepare(args))(
    context,
    confirmation(context, () => {
      asked = true;
    }),
  );
  expect((await call).structured['status']).toBe('declined');
  expect([asked, written]).toEqual([false, []]);
});

describe('AGORA_THREADS_MAX_DELETES', () => {
  it('asks nothing where too few are left for the whole call', async () => {
    const { context, written } = start({ maxDeletes: 1 });
    let asked = false;
    const call = (await deleteThreads.prepare({ thread_ids: [ID, '240000000000010'] }))(
      context,
      confirmation(context, () => {
        asked = true;
      }),
    );
    await expect(call).rejects.toMatchObject({ code: 'cap_reached' });
    expect([asked, written]).toEqual([false, []]);
  });

  it('sends nothing where the last one was used while the person was asked', async () => {
    const { context, written, cap } = start({ maxDeletes: 1 });
    const call = (await deleteThread.prepare({ thread_id: ID }))(
      context,
      confirmation(context, () => void cap.take()),
    );
    await expect(call).rejects.toMatchObject({ code: 'cap_reached' });
    expect(written).toEqual([]);
  });

  it('holds for threads that are deleted at the same time', async () => {
    const { context, written, cap } = start({ maxDeletes: 8 });
    const thread_ids = Array.from({ length: 8 }, (_, n) => String(n + 1));
    const { structured } = await (await deleteThreads.prepare({ thread_ids }))(
      context,
      confirmation(context, () => {
        for (let n = 0; n < 5; n++) cap.take();
      }),
    );
    expect(written).toHaveLength(3);
    expect(structured['status']).toBe('partly_done');
    expect(structured['results']).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ status: 'failed', error: expect.stringContaining('cap_reached') }),
      ]),
    );
  });

  it('does not count the removal of members', async () => {
    const { context, written, cap } = start({ maxDeletes: 1 });
    cap.take();
    const args = { thread_ids: [ID], usernames: ['lin'] };
    await (await removeThreadMembers.prepare(args))(context, confirmation(context));
    expect(written).toHaveLength(1);
  });
});
