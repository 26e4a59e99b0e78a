import * as z from 'zod';
import type { AgoraError } from '../../src/agora/errors.ts';
import type { NewThread } from '../../src/agora/threads.ts';
import { counted, joined } from '../../src/base/wording.ts';
import { errorWords } from '../../src/present/error-words.ts';
import { factsLine, inApp, shownId, shownName, threadFacts, titled, word } from '../../src/present/thread-facts.ts';
import type { App } from '../../src/toolkit/define-tool.ts';
import type { LastRecord } from '../../src/toolkit/last-records.ts';
import { callsForTheRest, countAdded, memberFields, type NewMember, withMembers } from './add-members.ts';
import { factsOfRecord } from './deletion-facts.ts';
import { type Made, whereOf } from './make-thread.ts';

/** The result of a call that makes a deleted thread again. */
export const restoreResult = z.object({
  summary: z.string(),
  status: z.enum(['restored', 'partly_restored', 'already_exists', 'refused', 'no_record', 'unknown']),
  thread_id: z.string().optional().describe('The new id; with already_exists that of the thread that is there'),
  existing: threadFacts.optional().describe('The thread that the message has already'),
  ...memberFields,
});

export type Restored = z.input<typeof restoreResult>;

/** The thread was made. */
export function restored(
  { id, lost }: Extract<Made, { kind: 'made' }>,
  record: LastRecord,
  thread: NewThread,
  members: readonly NewMember[],
  app: App,
): Restored {
  const isWhole = record.members_state === 'complete' && members.every(({ status }) => status === 'added');
  const title = titled({ id: shownId(id), name: shownName(thread.name) });
  const summary = joined(
    ' ',
    `Restored thread ${word(shownId(record.id))} ${inApp(app)} as ${title} ${whereOf(thread)}; its id and date are new, and its messages are gone.`,
    lost && `The answer was lost (${errorWords(lost)}), and it was found by looking for it.`,
    members.length > 0 && `Adding ${counted(members.length, 'member')}: ${countAdded(members)}.`,
    MISSING_MEMBERS[record.members_state],
    record.name_state === 'memory' && 'Its name was not verified when it was deleted.',
  );
  const status = isWhole ? 'restored' : 'partly_restored';
  return withMembers({ summary, status, thread_id: shownId(id) }, members, callsForTheRest(id, members));
}

const MISSING_MEMBERS = {
  complete: '',
  cut: 'Its member list was not read to its end before the deletion, so there may be more.',
  unread: 'Its member list could not be read before the deletion, so its record names none.',
} as const satisfies Readonly<Record<LastRecord['members_state'], string>>;

const NEEDED = { group_id: 'group', msg_id: 'message', name: 'name', owner: 'owner' } as const;

/** The record lacks what a new thread needs. */
export function notEnough(record: LastRecord, app: App): Restored {
  const missing = Object.entries(NEEDED).flatMap(([key, what]) => (Object.hasOwn(record, key) ? [] : [what]));
  const facts = factsLine(factsOfRecord(record));
  const next =
    missing.join() === NEEDED.owner
      ? 'Call restore_thread again with owner, a member of the group'
      : 'create_thread makes it again once that is known';
  return {
    summary: `Nothing was made ${inApp(app)}: the last record of thread ${word(shownId(record.id))} holds no ${missing.join(', no ')}. ${next}${facts === '' ? '' : `; it holds: ${facts}`}.`,
    status: 'no_record',
  };
}

/** The thread was never deleted. */
export const stillThere = (record: LastRecord, app: App): Restored => ({
  summary: `Nothing was made ${inApp(app)}: ${titled(factsOfRecord(record))} is still there.`,
  status: 'already_exists',
  thread_id: shownId(record.id),
  existing: factsOfRecord(record),
});

/**
 * The service does not make it.
 *
 * @throws AgoraError where the reason is not in the record: that is an error, not a result
 */
export function refused(error: AgoraError, record: LastRecord, thread: NewThread, app: App): Restored {
  const { about } = error.facts;
  if (about === undefined) throw error;
  return {
    summary: `Nothing was made ${inApp(app)} ${whereOf(thread)} (${errorWords(error)}). ${nextStep(about, record, thread)}`,
    status: 'refused',
  };
}

function nextStep(about: readonly string[], record: LastRecord, { owner }: NewThread): string {
  if (about.includes('owner')) {
    const others = record.members.filter((user) => user !== owner).slice(0, 3);
    const such = others.length === 0 ? '' : `, such as ${others.map((user) => word(shownId(user))).join(' or ')}`;
    return `Call restore_thread again with owner, another member of the group${such}.`;
  }
  return about.includes('name')
    ? 'create_thread can make it under another name.'
    : `Without that message in that group the thread cannot be made again.`;
}
