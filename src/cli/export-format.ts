import type { Thread } from '../agora/thread.ts';
import { redact, toRedactedJson } from '../base/redact.ts';
import type { FeedScope, Unresolved } from '../lists/thread-feed.ts';
import { utcTime } from '../present/time.ts';

/** The members of an exported thread. `gone`: it was deleted meanwhile. */
export interface ExportMembers {
  readonly members: readonly string[];
  readonly members_state: 'complete' | 'cut' | 'unread' | 'gone';
}

export interface ExportHead {
  readonly type: 'agora-threads-export';
  readonly version: 1;
  readonly app: string;
  readonly host: string;
  readonly scope: FeedScope;
  readonly filters: Readonly<Record<string, string>>;
  /** Are the members of each thread exported? */
  readonly members: boolean;
  readonly started: string;
}

export interface ExportEnd {
  readonly type: 'end';
  readonly complete: boolean;
  readonly threads: number;
  readonly unresolved: number;
  readonly calls: number;
  readonly ended: string;
}

/** What is said of a thread in either format, in this order. */
export const threadRow = (
  { id, name, owner, groupId, msgId, created }: Thread,
  readAt: number,
  members?: ExportMembers,
) => ({
  type: 'thread' as const,
  id,
  name,
  owner,
  group_id: groupId,
  msg_id: msgId,
  created_at: created === undefined ? undefined : utcTime(created),
  ...members,
  read_at: utcTime(readAt),
});

/** A row of an export, as its line of JSON has it. */
export type ExportRow =
  | ExportHead
  | ReturnType<typeof threadRow>
  | (Unresolved & { readonly type: 'unresolved' })
  | ExportEnd;

/** The JSON of a row: exact, and without a character that a terminal would obey. */
export const jsonLine = (row: ExportRow): string =>
  `${toRedactedJson(row).replace(/[\p{C}\p{Zl}\p{Zp}]/gu, (character) =>
    Array.from(character.split(''), (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`).join(''),
  )}\n`;

const COLUMNS = ['type', 'id', 'name', 'owner', 'group_id', 'msg_id', 'created_at', 'read_at', 'note'] as const;
const MEMBER_COLUMNS = ['member_count', 'members'] as const;
type Column = (typeof COLUMNS | typeof MEMBER_COLUMNS)[number];
type Cells = Partial<Record<Column, string | number | undefined>>;

/** The row as lines of a spreadsheet (RFC 4180); the first one has the names of the columns. */
export function csvLine(row: ExportRow, withMembers: boolean): string {
  const columns: readonly Column[] = withMembers ? [...COLUMNS, ...MEMBER_COLUMNS] : COLUMNS;
  const cells = cellsOf(row);
  return `${columns.map((column) => cell(cells ? cells[column] : column)).join(',')}\r\n`;
}

/** Undefined for the first row. */
function cellsOf(row: ExportRow): Cells | undefined {
  switch (row.type) {
    case 'agora-threads-export':
      return undefined;
    case 'thread': {
      const { members, members_state: state = 'complete', ...rest } = row;
      const note = state === 'complete' ? undefined : `members ${state}`;
      return { ...rest, note, member_count: members?.length, members: members?.join(' ') };
    }
    case 'unresolved':
      return { type: row.type, id: row.id, note: row.reason };
    case 'end': {
      const { type, complete, threads, unresolved, calls, ended } = row;
      const how = complete ? 'complete' : 'incomplete';
      return { type, read_at: ended, note: `${how}: ${threads} threads, ${unresolved} unresolved, ${calls} calls` };
    }
  }
}

/** A spreadsheet would run a cell that begins like this, in full width too, or drop what is invisible there. */
const ACTIVE = /^[=+\-@\uff1d\uff0b\uff0d\uff20\t\r\n']/;
/** A spreadsheet reads it as a number, and keeps 15 digits of it. */
const LONG_NUMBER = /^\d{15,}$/;

/** The cell, with a `'` before its text where a spreadsheet would take it for anything but text. */
function cell(value: string | number = ''): string {
  const text = redact(String(value));
  const guard = ACTIVE.test(text) || LONG_NUMBER.test(text) ? "'" : '';
  return `"${guard}${text.replaceAll('"', '""')}"`;
}
