import * as z from 'zod';
import type { Thread } from '../agora/thread.ts';
import { defined } from '../base/defined.ts';
import type { MemberList } from './thread-look.ts';

/** The most members that a record holds: the largest plan has groups of 5,000 [Agora pricing plan details]. */
export const MOST_MEMBERS = 500;
/** Ten pages of 50 hold them; one more shows whether that was all. */
export const MEMBER_PAGES = 11;
/** How many last records a process keeps, and how many of its own deletions a session remembers. */
export const MOST_RECORDS = 1_000;

export const lastRecord = z.object({
  id: z.string(),
  group_id: z.string().exactOptional(),
  msg_id: z.string().exactOptional(),
  name: z.string().exactOptional(),
  owner: z.string().exactOptional(),
  /** Milliseconds since 1970. */
  created: z.number().exactOptional(),
  /** User ids by join time, oldest first. */
  members: z.array(z.string()).max(MOST_MEMBERS).readonly(),
  members_state: z.enum(['complete', 'cut', 'unread']),
  /** Did the service give the name just before the deletion, or is it from memory? */
  name_state: z.enum(['verified', 'memory', 'unknown']),
  app: z.string(),
  host: z.string(),
});

/** All that was known of a thread just before it was deleted: exact and unescaped, enough to make it again. */
export type LastRecord = Readonly<z.infer<typeof lastRecord>>;

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

/** A deletion that a session has sent. */
export interface OwnDeletion {
  /** Milliseconds since 1970. */
  readonly at: number;
  /** Did the service say that it was done? */
  readonly done: boolean;
}
