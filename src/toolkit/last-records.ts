import type { Thread } from '../agora/thread.ts';
import { defined } from '../base/defined.ts';
import type { MemberList } from './thread-look.ts';

/** The most members that a record holds: the largest plan has groups of 5,000 [Agora pricing plan details]. */
export const MOST_MEMBERS = 500;
/** Ten pages of 50 hold them; one more shows whether that was all. */
export const MEMBER_PAGES = 11;
const MOST_RECORDS = 1_000;

/** All that was known of a thread just before it was deleted: exact and unescaped, enough to make it again. */
export interface LastRecord {
  readonly id: string;
  readonly group_id?: string;
  readonly msg_id?: string;
  readonly name?: string;
  readonly owner?: string;
  /** Milliseconds since 1970. */
  readonly created?: number;
  /** User ids by join time, oldest first; at most 500. */
  readonly members: readonly string[];
  readonly members_state: 'complete' | 'cut' | 'unread';
  /** Did the service give the name just before the deletion, or is it from memory? */
  readonly name_state: 'verified' | 'memory' | 'unknown';
  readonly app: string;
  readonly host: string;
}

/**
 * @param thread what is known of it
 * @param verified did the service give its name in this call?
 */
export function lastRecordOf(
  { id, groupId, msgId, name, owner, created }: Thread,
  verified: boolean,
  members: MemberList | undefined,
  { app, host }: Pick<LastRecord, 'app' | 'host'>,
): LastRecord {
  const ids = members?.ids.slice(0, MOST_MEMBERS) ?? [];
  const whole = members?.complete === true && ids.length === members.ids.length;
  return {
    id,
    ...defined({ group_id: groupId, msg_id: msgId, name, owner, created }),
    members: ids,
    members_state: members === undefined ? 'unread' : whole ? 'complete' : 'cut',
    name_state: name === undefined ? 'unknown' : verified ? 'verified' : 'memory',
    app,
    host,
  };
}

/** The last records of this process's deletions, by thread id: the newest 1,000. */
export interface LastRecords {
  keep(record: LastRecord): void;
  find(threadId: string): LastRecord | undefined;
}

export function createLastRecords(): LastRecords {
  const records = new Map<string, LastRecord>();
  return {
    keep(record) {
      records.delete(record.id);
      records.set(record.id, record);
      for (const id of records.keys()) {
        if (records.size <= MOST_RECORDS) break;
        records.delete(id);
      }
    },
    find: (threadId) => records.get(threadId),
  };
}
