import type { Thread } from '../agora/thread.ts';
import { redact, toRedactedJson } from '../base/redact.ts';
import type { Unresolved } from '../lists/thread-feed.ts';
import { utcTime } from '../present/time.ts';

/** The members of an exported thread. `gone`: it was deleted meanwhile. */
export interface ExportMembers {
  readonly ids: readonly string[];
  readonly state: 'complete' | 'cut' | 'unread' | 'gone';
}

export interface ExportHead {
  readonly app: string;
  readonly host: string;
  readonly scope: Readonly<Record<string, string>>;
  readonly filters: Readonly<Record<string, string>>;
  readonly members: boolean;
  /** Milliseconds since 1970. */
  readonly started: number;
}

export interface ExportEnd {
  readonly complete: boolean;
  readonly threads: number;
  readonly unresolved: number;
  readonly calls: number;
  readonly ended: number;
}

/** Each function gives whole lines. */
export interface ExportFormat {
  head(head: ExportHead): string;
  thread(thread: Thread, readAt: number, members: ExportMembers | undefined): string;
  unresolved(thread: Unresolved): string;
  end(end: ExportEnd): string;
}

/** The JSON of a row: exact, and without a character that a terminal would obey. */
const jsonLine = (row: object): string =>
  `${toRedactedJson(row).replace(/[\p{C}\p{Zl}\p{Zp}]/gu, (character) =>
    Array.from(character.split(''), (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`).join(''),
  )}\n`;

export const jsonLines: ExportFormat = {
  head: ({ started, ...head }) =>
    jsonLine({ type: 'agora-threads-export', version: 1, ...head, started: utcTime(started) }),
  thread: ({ id, name, owner, groupId, msgId, created }, readAt, members) =>
    jsonLine({
      type: 'thread',
      id,
      name,
      owner,
      group_id: groupId,
      msg_id: msgId,
      created_at: created === undefined ? undefined : utcTime(created),
      ...(members && { members: members.ids, members_state: members.state }),
      read_at: utcTime(readAt),
    }),
  unresolved: (thread) => jsonLine({ type: 'unresolved', ...thread }),
  end: ({ ended, ...end }) => jsonLine({ type: 'end', ...end, ended: utcTime(ended) }),
};

/** A spreadsheet would run a cell that begins like this, in full width too, or drop what is invisible there. */
const ACTIVE = /^[=+\-@\uff1d\uff0b\uff0d\uff20\t\r\n']/;
/** A spreadsheet reads it as a number, and keeps 15 digits of it. */
const LONG_NUMBER = /^\d{15,}$/;

/** The text of a cell, after a `'` where a spreadsheet would take it for anything but text. */
const guarded = (text: string): string => (ACTIVE.test(text) || LONG_NUMBER.test(text) ? `'${text}` : text);

const row = (cells: readonly (string | number | undefined)[]): string =>
  `${cells.map((cell = '') => `"${guarded(redact(String(cell))).replaceAll('"', '""')}"`).join(',')}\r\n`;

const COLUMNS = ['type', 'id', 'name', 'owner', 'group_id', 'msg_id', 'created_at', 'read_at', 'note'] as const;
const MEMBER_COLUMNS = ['member_count', 'members'] as const;
type Column = (typeof COLUMNS | typeof MEMBER_COLUMNS)[number];

/** Rows for a spreadsheet (RFC 4180). */
export function csv(withMembers: boolean): ExportFormat {
  const columns: readonly Column[] = withMembers ? [...COLUMNS, ...MEMBER_COLUMNS] : COLUMNS;
  const line = (cells: Partial<Record<Column, string | number | undefined>>): string =>
    row(columns.map((column) => cells[column]));
  return {
    head: () => row(columns),
    thread: ({ id, name, owner, groupId, msgId, created }, readAt, members) =>
      line({
        type: 'thread',
        id,
        name,
        owner,
        group_id: groupId,
        msg_id: msgId,
        created_at: created === undefined ? undefined : utcTime(created),
        read_at: utcTime(readAt),
        note: members === undefined || members.state === 'complete' ? undefined : `members ${members.state}`,
        member_count: members?.ids.length,
        members: members?.ids.join(' '),
      }),
    unresolved: ({ id, reason }) => line({ type: 'unresolved', id, note: reason }),
    end: ({ complete, threads, unresolved, calls, ended }) =>
      line({
        type: 'end',
        read_at: utcTime(ended),
        note: `${complete ? 'complete' : 'incomplete'}: ${threads} threads, ${unresolved} unresolved, ${calls} calls`,
      }),
  };
}
