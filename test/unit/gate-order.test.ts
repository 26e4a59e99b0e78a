import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import type { Threads } from '../../src/agora/threads.ts';
import { defineDeletion, type ToolContext } from '../../src/toolkit/define-tool.ts';
import { createSeen } from '../../src/toolkit/seen-threads.ts';
import { outcomeOf, type Write } from '../../src/toolkit/writer.ts';
import { addThreadMembers } from '../../tools/add-thread-members.ts';
import { deleteThread } from '../../tools/delete-thread.ts';
import { deleteThreads } from '../../tools/delete-threads.ts';
import { removeThreadMembers } from '../../tools/remove-thread-members.ts';
import { deleteOne } from '../../tools/support/delete-one.ts';
import { manualClock } from '../support/manual-clock.ts';

// A call can be given up at any step. Here every step but the one under test looks away, so that each stands alone.

const ID = '240000000000009';
const unused = () => Promise.reject(new Error('not asked for'));

/**
 * A context whose looks and writes do not heed the signal; `afterLook` is told of the last request of each look, and
 * how many there were.
 */
function start(
  afterLook: (looks: number, giveUp: () => void) => void = () => undefined,
  afterBatch: (giveUp: () => void) => void = () => undefined,
) {
  const abort = new AbortController();
  const giveUp = () => abort.abort(new Error('given up'));
  const written: Write[] = [];
  let looks = 0;
  const threads: ToolContext['threads'] = {
    list: unused,
    listOfUser: async () => {
      looks += 1;
      afterLook(looks, giveUp);
      return { items: [] };
    },
    listOfUserInGroup: unused,
    listMembers: async () => ({ items: ['lin'] }),
    get: unused,
    listOfGroup: unused,
  };
  const all: Threads = {
    ...threads,
    create: unused,
    rename: unused,
    delete: async () => undefined,
    addMembers: async () => afterBatch(giveUp),
    removeMembers: async () => {
      afterBatch(giveUp);
      return { removed: new Map([['lin', true]]), resent: false };
    },
  };
  const context: ToolContext = {
    app: { name: 'acme#helpdesk', host: 'x', sandbox: false },
    threads,
    groups: { list: unused, listOfUser: unused, listMembers: unused, get: unused, getUser: unused },
    groupNames: { remember: () => undefined, recall: () => undefined, learn: unused },
    directory: { ask: unused, note: () => undefined },
    undocumented: false,
    write: (write, send) => {
      written.push(write);
      return outcomeOf(send(all));
    },
    audited: true,
    seen: createSeen(),
    clock: manualClock(),
    signal: abort.signal,
    progress: () => undefined,
  };
  return { context, written, giveUp };
}

describe('a call that is given up', () => {
  const TOOLS = [
    ['delete_thread', deleteThread, { thread_id: ID }],
    ['delete_threads', deleteThreads, { thread_ids: [ID, '240000000000010'] }],
    ['remove_thread_members', removeThreadMembers, { thread_id: ID, usernames: ['lin'] }],
  ] as const;

  it.each(TOOLS)('does what it is to do where it is not given up (%s)', async (_name, tool, args) => {
    const { context, written } = start();
    await (await tool.prepare(args))(context, async () => ({ kind: 'yes', by: 'form' }));
    expect(written).toHaveLength('thread_ids' in args ? 2 : 1);
  });

  it('as the yes comes in performs nothing', async () => {
    const { context, giveUp } = start();
    let performed = false;
    const tool = defineDeletion({
      name: 'x',
      title: 'x',
      description: 'x',
      kind: 'delete',
      verb: 'deleted',
      input: z.strictObject({}),
      output: z.object({ summary: z.string() }),
      preview: async () => undefined,
      alreadyDone: () => undefined,
      question: () => ({ ask: 'x', message: 'x', label: 'x' }),
      unconfirmed: (_preview, { summary }) => ({ summary }),
      perform: async () => {
        performed = true;
        return { summary: 'done' };
      },
      text: ({ summary }) => summary,
    });
    const call = (await tool.prepare({}))(context, async () => {
      giveUp();
      return { kind: 'yes', by: 'form' };
    });
    await expect(call).rejects.toThrow('given up');
    expect(performed).toBe(false);
  });

  it.each(TOOLS)(
    'during the last look before the deletion writes nothing, not even in the audit log (%s)',
    async (_name, tool, args) => {
      const before = 'thread_ids' in args ? 2 : 1; // looks before the question
      const { context, written } = start((looks, giveUp) => {
        if (looks > before) giveUp();
      });
      const call = (await tool.prepare(args))(context, async () => ({ kind: 'yes', by: 'form' }));
      await expect(call).rejects.toThrow('given up');
      expect(written).toEqual([]);
    },
  );

  it.each([
    ['add_thread_members', addThreadMembers],
    ['remove_thread_members', removeThreadMembers],
  ] as const)('during a batch begins no other (%s)', async (_name, tool) => {
    const { context, written } = start(undefined, (giveUp) => giveUp());
    const usernames = Array.from({ length: 12 }, (_, n) => `user-${n}`);
    const call = (await tool.prepare({ thread_id: ID, usernames }))(context, async () => ({ kind: 'yes', by: 'form' }));
    await expect(call).rejects.toThrow('given up');
    expect(written).toHaveLength(1);
  });

  it('during the look of a single deletion writes nothing', async () => {
    const { context, written } = start((_looks, giveUp) => giveUp());
    await expect(deleteOne(ID, { id: ID }, context)).rejects.toThrow('given up');
    expect(written).toEqual([]);
  });
});
