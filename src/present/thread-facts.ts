import * as z from 'zod';
import type { Thread } from '../agora/thread.ts';
import { defined } from '../base/defined.ts';
import { inQuotes, visible } from '../base/escape.ts';
import { counted, joined } from '../base/wording.ts';
import { utcTime } from './time.ts';
import { cutTo, firstWithin } from './token-budget.ts';

/**
 * In grapheme clusters after escaping, and in tokens: a name has 64 characters, each hidden one grows to eight or nine,
 * and a last record must hold all of them. Where there are many names, `token-budget.ts` cuts them further.
 */
const LONGEST_NAME = { clusters: 600, tokens: 1_200 };
/** A user id has 64 bytes; hidden characters take three or four each. */
const LONGEST_ID = { clusters: 80, tokens: 400 };

export const shownName = (name: string): string => cutTo(visible(name, LONGEST_NAME.clusters), LONGEST_NAME.tokens);
export const quotedName = (name: string): string => inQuotes(shownName(name));
export const shownId = (id: string): string => cutTo(visible(id, LONGEST_ID.clusters), LONGEST_ID.tokens);

/** An escaped id in a sentence or row: bare where it is a plain word, quoted where it could pass for something else. */
export const word = (id: string): string => (/^[A-Za-z0-9][\w.-]{0,79}$/.test(id) ? id : inQuotes(id));

/** What is known of one thread, escaped and in the tools' names. */
export const threadFacts = z.object({
  id: z.string(),
  name: z.string().optional(),
  owner: z.string().optional(),
  group_id: z.string().optional(),
  msg_id: z.string().optional(),
  created_at: z.string().optional(),
  member_count: z.string().optional().describe('"12", or "50 or more"'),
  members: z.array(z.string()).optional(),
  members_left_out: z.int().optional().describe('How many members are not shown for want of room'),
  as_of: z.string().optional().describe('When the name, owner and group were last seen, if not just now'),
});

export type ThreadFacts = z.input<typeof threadFacts>;

/**
 * What is known of the number of a thread's members, and the members as far as they fit.
 *
 * @param complete was the list read to its end?
 * @param tokens room for the user ids; without it none are given
 */
export function memberFacts(ids: readonly string[], complete: boolean, tokens?: number) {
  const member_count = complete ? String(ids.length) : `${ids.length} or more`;
  if (tokens === undefined) return { member_count };
  const members = firstWithin(ids.map(shownId), tokens);
  const leftOut = ids.length - members.length;
  return { member_count, members, ...(leftOut > 0 && { members_left_out: leftOut }) };
}

/** Maps a thread to the fields that are known. */
export const factsOf = ({ id, name, owner, groupId, msgId, created }: Thread): ThreadFacts =>
  defined({
    id: shownId(id),
    name: name === undefined ? undefined : shownName(name),
    owner: owner && shownId(owner),
    group_id: groupId && shownId(groupId),
    msg_id: msgId && shownId(msgId),
    created_at: created === undefined ? undefined : utcTime(created),
  });

/** The app that was written to: an assistant may have a server for each of several. */
export const inApp = ({ name }: { readonly name: string }): string => `in app ${inQuotes(name)}`;

/** `thread 2400… "Refund question"`, or the id alone. */
export const titled = ({ id, name }: ThreadFacts): string =>
  name === undefined ? `thread ${word(id)}` : `thread ${word(id)} ${inQuotes(name)}`;

/** What helps a person to recognise a thread: `group 2100…, owner lin, created 2025-01-01T00:00:00Z, 12 members`. */
export function described(facts: ThreadFacts): string {
  const { group_id, owner, created_at, member_count, as_of } = facts;
  return joined(
    ', ',
    `group ${group_id === undefined ? 'unknown' : word(group_id)}`,
    `owner ${owner === undefined ? 'unknown' : word(owner)}`,
    created_at === undefined ? 'age unknown' : `created ${created_at}`,
    member_count === undefined ? 'member count unknown' : counted(member_count, 'member'),
    facts.name === undefined && 'name unknown',
    as_of && `as of ${as_of}`,
  );
}

/** All known facts but the id in one line, each with its name: `name "Refund question", owner lin`. */
export function factsLine(facts: ThreadFacts): string {
  const { name, owner, group_id, msg_id, created_at, member_count, members, members_left_out: more, as_of } = facts;
  const whole = member_count === undefined || /^\d+$/.test(member_count);
  const ids = members && (members.map(word).join(' ') || 'none');
  return joined(
    ', ',
    name !== undefined && `name ${inQuotes(name)}`,
    ...Object.entries({ owner, group_id, msg_id }).map(([key, id]) => id && `${key} ${word(id)}`),
    created_at && `created_at ${created_at}`,
    as_of && `as_of ${as_of}`,
    ids && `members ${ids}${more ? ` and ${more} more` : ''}${whole ? '' : ' and perhaps others'}`,
  );
}

/** What can be done about a deletion, as a sentence. */
export const canBeRestored = ({ group_id, msg_id, name, owner }: ThreadFacts): string =>
  [group_id, msg_id, name, owner].includes(undefined)
    ? 'Not enough was known of it to make it again.'
    : 'restore_thread can make it again while its parent message is kept, but without its messages.';

/** The last record of a deleted thread, in a line of its own; none if unknown. */
export function lastRecord(facts: ThreadFacts): string[] {
  const known = factsLine(facts);
  return known === '' ? [] : [`It was: ${known}.`];
}
