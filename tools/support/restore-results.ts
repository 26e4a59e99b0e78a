import type { AgoraError } from '../../src/agora/errors.ts';
import type { Thread } from '../../src/agora/thread.ts';
import { counted } from '../../src/base/wording.ts';
import { errorWords } from '../../src/present/error-words.ts';
import { withRows } from '../../src/present/outcomes.ts';
import {
  factsLine,
  factsOf,
  inApp,
  shownId,
  shownName,
  type ThreadFacts,
  titled,
  word,
} from '../../src/present/thread-facts.ts';
import type { App } from '../../src/toolkit/define-tool.ts';
import type { LastRecord } from '../../src/toolkit/last-records.ts';
import { ADD_STATUSES } from './add-members.ts';
import { factsOfRecord } from './deletion-facts.ts';
import { type Made, whichThread } from './make-thread.ts';
import {
  callsForTheRest,
  countMembers,
  type MemberRow,
  memberRow,
  membersText,
  type NewMember,
} from './new-members.ts';

export const STATUSES = ['restored', 'partly_restored', 'already_exists', 'refused', 'no_record', 'unknown'] as const;

interface Restored {
  summary: string;
  status: (typeof STATUSES)[number];
  thread_id?: string;
  existing?: ThreadFacts;
  members?: MemberRow[];
}

/** A record that holds all that a new thread needs; its owner is the one that the new thread is to have. */
export type WholeRecord = LastRecord & Readonly<Record<'group_id' | 'msg_id' | 'name' | 'owner', string>>;

const messageOf = ({ msg_id, group_id }: WholeRecord): string =>
  `message ${word(shownId(msg_id))} in group ${word(shownId(group_id))}`;

/**
 * The thread was made.
 *
 * @param how what else there is to say of it, as sentences after a blank
 */
export function restored(
  id: string,
  record: WholeRecord,
  how: string,
  members: readonly NewMember[],
  app: App,
): Restored {
  const isWhole = record.members_state === 'complete' && members.every(({ status }) => status === 'added');
  const thread = titled({ id: shownId(id), name: shownName(record.name) });
  const summary = [
    `Restored thread ${word(shownId(record.id))} ${inApp(app)} as ${thread} on ${messageOf(record)}, owner ${word(shownId(record.owner))}; its id and date are new, and its messages are gone.${how}`,
    ...(members.length === 0 ? [] : [`Adding ${counted(members.length, 'member')}: ${countMembers(members)}.`]),
    ...MISSING_MEMBERS[record.members_state],
    ...(record.name_state === 'memory' ? ['Its name was not verified when it was deleted.'] : []),
    ...callsForTheRest(id, members),
  ].join(' ');
  return withRows(
    ADD_STATUSES,
    members.map(memberRow),
    membersText,
    (shown, left_out): Restored => ({
      summary,
      status: isWhole ? 'restored' : 'partly_restored',
      thread_id: shownId(id),
      members: shown,
      ...left_out,
    }),
  );
}

const MISSING_MEMBERS = {
  complete: [],
  cut: ['Its member list was not read to its end before the deletion, so there may be more.'],
  unread: ['Its member list could not be read before the deletion, so its record names none.'],
} as const satisfies Readonly<Record<LastRecord['members_state'], readonly string[]>>;

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
 * The message has a thread.
 *
 * @param found undefined where no list that was read holds it
 * @param searched users whose lists were read
 */
export function taken(found: Thread | undefined, record: WholeRecord, searched: readonly string[], app: App): Restored {
  if (found?.id === record.id) return stillThere(record, app);
  const nothing = `Nothing was made ${inApp(app)}: ${messageOf(record)} already has a thread, and can have only one.`;
  if (found) {
    const existing = factsOf(found);
    return {
      summary: `${nothing} It is ${titled(existing)}.`,
      status: 'already_exists',
      thread_id: existing.id,
      existing,
    };
  }
  const users = [...new Set([record.owner, ...searched])].map((user) => word(shownId(user)));
  return {
    summary: `${nothing} It is not in the lists of ${users.join(', ')}; to find it, list the threads of other members with list_user_group_threads and detail = full, and look for this msg_id.`,
    status: 'refused',
  };
}

/** The answer was lost, and the message has a thread that is not surely this call's. */
export function notOurs(made: Extract<Made, { kind: 'found' | 'other' }>, record: WholeRecord, app: App): Restored {
  const existing = factsOf(made.thread);
  const isOther = made.kind === 'other' && made.made !== 'unknown';
  const next = isOther ? '' : ' If it is the restored one, add its members with add_thread_members.';
  return {
    summary: `The answer was lost ${inApp(app)} (${errorWords(made.error)}), and ${messageOf(record)} has a thread: ${titled(existing)}. ${whichThread(made)}; a second one cannot be made.${next}`,
    status: isOther ? 'already_exists' : 'unknown',
    ...(isOther && { thread_id: existing.id }),
    existing,
  };
}

/**
 * The service does not make it.
 *
 * @throws AgoraError where the reason is not in the record: that is an error, not a result
 */
export function refused(error: AgoraError, record: WholeRecord, app: App): Restored {
  const { about } = error.facts;
  if (about === undefined) throw error;
  return {
    summary: `Nothing was made ${inApp(app)} on ${messageOf(record)}, owner ${word(shownId(record.owner))} (${errorWords(error)}). ${nextStep(about, record)}`,
    status: 'refused',
  };
}

function nextStep(about: readonly string[], record: WholeRecord): string {
  if (about.includes('owner')) {
    const others = record.members.filter((user) => user !== record.owner).slice(0, 3);
    const such = others.length === 0 ? '' : `, such as ${others.map((user) => word(shownId(user))).join(' or ')}`;
    return `Call restore_thread again with owner, another member of the group${such}.`;
  }
  return about.includes('name')
    ? 'create_thread can make it under another name.'
    : `Without that message in that group the thread cannot be made again.`;
}
