import { SANDBOX_HINTS } from '../../src/sandbox/identity.ts';

/*
 * The calls that docs/tools.md shows, each run on a sandbox of its own. A tool without an example fails the test of
 * that page, and so does a refusal that does not come.
 */

type Arguments = Readonly<Record<string, unknown>>;

interface Call {
  readonly tool: string;
  readonly args: Arguments;
}

interface Refusal {
  readonly args: Arguments;
  readonly before?: readonly Call[];
  readonly env?: Readonly<Record<string, string>>;
}

export interface Example {
  readonly args: Arguments;
  /** Made first, and not shown. */
  readonly before?: readonly Call[];
  readonly env?: Readonly<Record<string, string>>;
  /** By the code that the error begins with. */
  readonly refusals: Readonly<Record<string, Refusal>>;
}

const [message, other] = SANDBOX_HINTS.freeMessages;
const [refunds] = SANDBOX_HINTS.groups;
const created = { group_id: refunds.id, msg_id: message.id, name: 'Refund for order 1207', owner: message.owner };
/** "Lost parcel, order 17712" and "Lost parcel, order 11240", both in Shipping. */
const PARCEL = '240000142270761';
const OTHER_PARCEL = '240000149475264';
const PARCELS = [PARCEL, OTHER_PARCEL];
const NO_SUCH = '240000000000001';
const unknownThread = { args: { thread_id: NO_SUCH } };
const badCursor = (args: Arguments): Refusal => ({ args: { ...args, cursor: 'not-a-cursor' } });
const listed: Call = { tool: 'list_user_threads', args: { username: 'lin' } };
const SANDBOX = { AGORA_THREADS_SANDBOX: '1' };

export const EXAMPLES: Readonly<Record<string, Example>> = {
  create_thread: {
    args: { ...created, members: ['mia', 'chen.yu'] },
    refusals: {
      bad_arguments: { args: { ...created, msg_id: Number(message.id) } },
      user_not_in_group: { args: { ...created, owner: 'omar' } },
      message_not_found: { args: { ...created, msg_id: '1882277349226622684' } },
      message_of_other_group: { args: { ...created, msg_id: other.id } },
      group_not_found: { args: { ...created, group_id: '210000000000999' } },
    },
  },
  rename_thread: {
    args: { thread_id: PARCEL, name: 'Lost parcel, order 17712 (found)' },
    before: [listed],
    refusals: { thread_not_found: { args: { thread_id: NO_SUCH, name: 'Found' } } },
  },
  delete_thread: {
    args: { thread_id: PARCEL },
    refusals: {
      cap_reached: {
        args: { thread_id: PARCEL },
        before: [{ tool: 'delete_thread', args: { thread_id: OTHER_PARCEL } }],
        env: { ...SANDBOX, AGORA_THREADS_MAX_DELETES: '1' },
      },
    },
  },
  delete_threads: {
    args: { thread_ids: PARCELS },
    refusals: {
      cap_reached: { args: { thread_ids: PARCELS }, env: { ...SANDBOX, AGORA_THREADS_MAX_DELETES: '1' } },
    },
  },
  restore_thread: {
    args: { thread_id: PARCEL },
    before: [{ tool: 'delete_thread', args: { thread_id: PARCEL } }],
    refusals: {},
  },
  find_threads: {
    args: { name_contains: 'stuck in customs', created_after: '2026-09-01' },
    refusals: { bad_cursor: badCursor({}) },
  },
  get_thread: { args: { thread_id: PARCEL }, refusals: { thread_not_found: unknownThread } },
  find_groups: {
    args: { name_contains: 'refund' },
    refusals: { user_not_found: { args: { username: 'nobody' } }, bad_cursor: badCursor({}) },
  },
  list_threads: { args: { limit: 3 }, before: [listed], refusals: { bad_cursor: badCursor({}) } },
  list_user_threads: {
    args: { username: 'lin', limit: 3 },
    refusals: { user_not_found: { args: { username: 'Lin' } }, bad_cursor: badCursor({ username: 'lin' }) },
  },
  list_user_group_threads: {
    args: { group_id: refunds.id, username: 'lin', created_before: '2026-09-01', limit: 2 },
    refusals: {
      group_not_found: { args: { group_id: '210000000000999', username: 'lin' } },
      user_not_found: { args: { group_id: refunds.id, username: 'nobody' } },
    },
  },
  list_group_threads: {
    args: { group_id: refunds.id, limit: 2 },
    env: { ...SANDBOX, AGORA_THREADS_UNDOCUMENTED: '1' },
    refusals: {},
  },
  list_thread_members: { args: { thread_id: PARCEL }, refusals: { thread_not_found: unknownThread } },
  add_thread_members: {
    args: { thread_ids: [PARCEL], usernames: ['chen.yu', 'priya'] },
    refusals: { bad_arguments: { args: { thread_ids: [PARCEL], usernames: ['chen.yu, priya'] } } },
  },
  remove_thread_members: { args: { thread_ids: [PARCEL], usernames: ['sara'] }, refusals: {} },
};
