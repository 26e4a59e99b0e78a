import * as z from 'zod';
import type { Thread } from '../agora/thread.ts';
import { defined } from '../base/defined.ts';
import { inQuotes, visible } from '../base/escape.ts';
import { ago, utcTime } from './time.ts';

/** In grapheme clusters after escaping: a name has 64 characters, each hidden one grows to eight or nine, and a last
 * record must hold all of them. Where there are many names, `token-budget.ts` cuts them further. */
const LONGEST_NAME = 600;
const LONGEST_ID = 80;

export const shownName = (name: string): string => visible(name, LONGEST_NAME);
export const quotedName = (name: string): string => inQuotes(shownName(name));
export const shownId = (id: string): string => visible(id, LONGEST_ID);

/** An escaped id in a sentence or row: bare where it is a plain word, quoted where it could pass for something else. */
export const word = (id: string): string => (/^[A-Za-z0-9][\w.-]{0,79}$/.test(id) ? id : inQuotes(id));

/** What is known of one thread, escaped and in the tools' names: enough to make the thread again by hand. */
export const threadFacts = z.object({
  id: z.string(),
  name: z.string().optional(),
  owner: z.string().optional(),
  group_id: z.string().optional(),
  msg_id: z.string().optional(),
  created_at: z.string().optional(),
  member_count: z.string().optional().describe('"12", or "50 or more"'),
  members: z.array(z.string()).optional().describe('At most 50 user ids'),
  as_of: z.string().optional().describe('When the name, owner and group were last seen, if not just now'),
});

export type ThreadFacts = z.input<typeof threadFacts>;

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

/** `thread 2400… "Refund question"`, or the id alone. */
export const titled = ({ id, name }: ThreadFacts): string =>
  name === undefined ? `thread ${word(id)}` : `thread ${word(id)} ${inQuotes(name)}`;

/** `group 2100…`, or `group unknown`. */
export const groupOf = ({ group_id }: ThreadFacts): string =>
  `group ${group_id === undefined ? 'unknown' : word(group_id)}`;

/**
 * What helps a person to recognise a thread of a group: `owner lin, created 2025-01-01T00:00:00Z (3 months ago),
 * 12 members`. Whatever is not known is called unknown.
 *
 * @param now milliseconds since 1970, for the age, which is left out without it
 */
export function describedInGroup(facts: ThreadFacts, now: number | undefined): string {
  const { owner, created_at, member_count, as_of } = facts;
  return [
    `owner ${owner === undefined ? 'unknown' : word(owner)}`,
    created_at === undefined
      ? 'age unknown'
      : `created ${created_at}${now === undefined ? '' : ` (${ago(Date.parse(created_at), now)})`}`,
    member_count === undefined ? 'member count unknown' : `${member_count} member${member_count === '1' ? '' : 's'}`,
    ...(facts.name === undefined ? ['name unknown'] : []),
    ...(as_of === undefined ? [] : [`as of ${as_of}`]),
  ].join(', ');
}

/** The same with the group in front. */
export const described = (facts: ThreadFacts, now: number | undefined): string =>
  `${groupOf(facts)}, ${describedInGroup(facts, now)}`;

/** All known facts but the id in one line, each with its name: `name "Refund question", owner lin`. */
export function factsLine({ name, owner, group_id, msg_id, created_at, members, as_of }: ThreadFacts): string {
  return [
    ...(name === undefined ? [] : [`name ${inQuotes(name)}`]),
    ...Object.entries({ owner, group_id, msg_id }).flatMap(([key, id]) =>
      id === undefined ? [] : [`${key} ${word(id)}`],
    ),
    ...Object.entries({ created_at, as_of }).flatMap(([key, time]) => (time === undefined ? [] : [`${key} ${time}`])),
    ...(members === undefined ? [] : [`members ${members.map(word).join(' ') || 'none'}`]),
  ].join(', ');
}

/** Is enough known to make the thread again by hand? */
export const isEnough = ({ group_id, msg_id, name, owner }: ThreadFacts): boolean =>
  ![group_id, msg_id, name, owner].includes(undefined);

/** The last record of a deleted thread, in two lines that help a person to make it again by hand; none if unknown. */
export function lastRecord(facts: ThreadFacts): string[] {
  const known = factsLine(facts);
  if (known === '') return [];
  return [
    `It was: ${known}.`,
    !isEnough(facts)
      ? 'That is all that was known, and not enough to make it again.'
      : 'To make it again by hand: create_thread with this group_id, msg_id, name and owner, then add_thread_members.',
  ];
}
