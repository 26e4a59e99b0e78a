import type { FileHandle } from 'node:fs/promises';
import { basename, dirname, join, parse } from 'node:path';
import * as z from 'zod';
import { visible } from '../base/escape.ts';
import { systemCode } from '../base/system-code.ts';
import { type LastRecord, lastRecord } from './last-records.ts';

/** What a search of the audit log has found. */
export interface RecordSearch {
  readonly record?: LastRecord;
  /** What was not read, each with the reason: a record may be there. Escaped. */
  readonly unread: readonly string[];
}

const MEGABYTE = 1024 * 1024;
/** Of all files together; about 200,000 writes. */
const MOST_BYTES = 64 * MEGABYTE;
const CHUNK = 256 * 1024;
/** A record of 500 members whose ids are all escaped has about 200 KB. */
const LONGEST_LINE = MEGABYTE;

const recordLine = z.object({ record: lastRecord });

/**
 * Searches the audit log and its rotated files for the newest record of a thread. Records outlive the process there.
 *
 * @param of whose records count: several servers may write to one file
 */
export async function findInAuditLog(
  file: string,
  of: Pick<LastRecord, 'app' | 'host'>,
  threadId: string,
  signal: AbortSignal,
): Promise<RecordSearch> {
  const { open } = await import('node:fs/promises');
  const unread: string[] = [];
  let left = MOST_BYTES;
  for (const path of await logFiles(file)) {
    try {
      const handle = await open(path);
      try {
        const { size } = await handle.stat();
        for await (const line of linesFromEnd(handle, size, left, signal)) {
          const record = line.includes(threadId) ? recordIn(line) : undefined;
          if (record?.id === threadId && record.app === of.app && record.host === of.host)
            return { record, unread: [] };
        }
        if (size > left) return { unread: [...unread, 'what is older than its newest 64 MB'] };
        left -= size;
      } finally {
        await handle.close();
      }
    } catch (error) {
      signal.throwIfAborted();
      unread.push(`${visible(basename(path))} (${systemCode(error) ?? 'unknown reason'})`);
    }
  }
  return { unread };
}

/** Undefined for any other line, and for half a line that a crash has left. */
function recordIn(line: string): LastRecord | undefined {
  try {
    return recordLine.safeParse(JSON.parse(Buffer.from(line, 'latin1').toString('utf8'))).data?.record;
  } catch {
    return undefined;
  }
}

/** The log and, newest first, the files that a rotation has made of it. Pipes and devices would never end. */
async function logFiles(file: string): Promise<readonly string[]> {
  const { readdir, stat } = await import('node:fs/promises');
  const folder = dirname(file);
  const names = await readdir(folder).catch(() => []);
  const found = await Promise.all(
    names
      .filter((name) => name === basename(file) || isRotated(name, basename(file)))
      .map(async (name) => {
        const path = join(folder, name);
        const stats = await stat(path).catch(() => undefined);
        return stats?.isFile()
          ? [{ path, changed: name === basename(file) ? Number.POSITIVE_INFINITY : stats.mtimeMs }]
          : [];
      }),
  );
  return found
    .flat()
    .sort((a, b) => b.changed - a.changed)
    .map(({ path }) => path);
}

/** `audit.jsonl.1`, `audit.jsonl-20261126` or `audit-20261126.jsonl`; never `audit.jsonl.2.gz`. */
function isRotated(name: string, log: string): boolean {
  const { name: stem, ext } = parse(log);
  const added = name.startsWith(log)
    ? name.slice(log.length)
    : name.startsWith(stem) && name.endsWith(ext)
      ? name.slice(stem.length, name.length - ext.length)
      : '';
  return /^[.-]\d[\d.TZ_-]*$/.test(added);
}

/**
 * The lines of a file, the last one first, without those that are too long to be ours: each byte as one character, as it
 * costs less to decode only what is looked at.
 *
 * @param most how many bytes are read
 */
async function* linesFromEnd(
  handle: FileHandle,
  size: number,
  most: number,
  signal: AbortSignal,
): AsyncGenerator<string> {
  const end = Math.max(0, size - most);
  /** The end of a line whose beginning is not read yet; undefined once the line is too long. */
  let rest: string | undefined = '';
  for (let from = size; from > end; ) {
    signal.throwIfAborted();
    const length = Math.min(CHUNK, from - end);
    from -= length;
    const { buffer, bytesRead } = await handle.read(Buffer.allocUnsafe(length), 0, length, from);
    if (bytesRead < length) return; // rotated meanwhile
    const [start = '', ...lines] = buffer.toString('latin1').split('\n');
    const last = lines.pop();
    if (last === undefined) {
      rest = rest === undefined ? undefined : start + rest;
    } else {
      if (rest !== undefined) yield last + rest;
      yield* lines.reverse();
      rest = start;
    }
    if (rest !== undefined && rest.length > LONGEST_LINE) rest = undefined;
  }
  if (rest !== undefined && size <= most) yield rest;
}
