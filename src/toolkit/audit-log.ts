import type { FileHandle } from 'node:fs/promises';
import { AgoraError } from '../agora/errors.ts';
import { askOperator } from '../agora/next-step.ts';
import type { Clock } from '../base/clock.ts';
import { visible } from '../base/escape.ts';
import { toRedactedJson } from '../base/redact.ts';
import { systemCode } from '../base/system-code.ts';
import { utcTime } from '../present/time.ts';

/** What a line says; text from outside is escaped. */
type Line = Readonly<Record<string, unknown>>;

/**
 * Writes the line before a write; the function it returns writes the one after.
 *
 * @throws AgoraError where the line could not be written
 */
export type Audit = (entry: Line) => Promise<(end: Line) => Promise<void>>;

/**
 * An audit log in a file: JSON lines, two for each write, with the same id. The file is opened for each line, so that it
 * can be rotated while the server runs.
 *
 * @param warn called once if others can read the file
 */
export function createAudit(file: string, clock: Clock, warn: (message: string) => void): Audit {
  let warned = false;
  const warnOnce = (): void => {
    if (!warned) warn(`Others on this machine can read the audit log ${visible(JSON.stringify(file))}: chmod 600 it.`);
    warned = true;
  };
  // One line at a time, so that a line cut short can be removed without touching another.
  let queue = Promise.resolve();
  const append = (entry: Line): Promise<void> => {
    const line = Buffer.from(`${inAscii(toRedactedJson(entry))}\n`);
    const done = queue.then(() => appendLine(file, line, warnOnce));
    queue = done.catch(() => undefined);
    return done;
  };
  return async (entry) => {
    const id = crypto.randomUUID();
    const started = clock.now();
    await append({ id, time: utcTime(started), phase: 'before', ...entry }).catch((error: unknown) => {
      throw refusal(file, error);
    });
    return (end) => {
      const now = clock.now();
      return append({ id, time: utcTime(now), phase: 'after', duration_ms: now - started, ...end });
    };
  };
}

/** A last record is exact, and JSON of any name is safe on a terminal only in ASCII. */
const inAscii = (json: string): string =>
  json.replace(/[^ -~]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);

/** Of a new file: the lines hold names and ids of the app's users. */
const OWNER_ONLY = 0o600;
const READABLE_BY_OTHERS = 0o044;

async function appendLine(file: string, line: Uint8Array, readableByOthers: () => void): Promise<void> {
  const { open, stat } = await import('node:fs/promises');
  const found = await stat(file).catch(() => undefined);
  // Opening a pipe would wait for a reader, and a device keeps nothing.
  if (found && !found.isFile()) throw new Error('it is not a regular file');
  const handle = await open(file, 'a+', OWNER_ONLY);
  try {
    // An operator may have opened it to a group on purpose. Windows has no such bits.
    if (process.platform !== 'win32' && ((await handle.stat()).mode & READABLE_BY_OTHERS) !== 0) readableByOthers();
    await writeWhole(handle, line);
  } finally {
    await handle.close();
  }
}

const NEWLINE = Buffer.from('\n');

/**
 * Writes the whole line or nothing: half a line would spoil the next one too. Several servers may append to the same
 * file, since each window of a host starts one, so nothing is cut off once another has written behind it.
 */
async function writeWhole(handle: FileHandle, line: Uint8Array): Promise<void> {
  const { size } = await handle.stat();
  // Without a newline of its own, this line would join one that a crash cut short.
  const whole = size === 0 || (await lastByte(handle, size)) === NEWLINE[0] ? line : Buffer.concat([NEWLINE, line]);
  const { bytesWritten } = await handle.write(whole);
  if (bytesWritten === whole.byteLength) return;
  const after = await handle.stat();
  if (after.size === size + bytesWritten) await handle.truncate(size).catch(() => undefined);
  throw new Error('the disk is full');
}

async function lastByte(handle: FileHandle, size: number): Promise<number | undefined> {
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(1), 0, 1, size - 1);
  return bytesRead === 1 ? buffer[0] : undefined;
}

function refusal(file: string, error: unknown): AgoraError {
  const reason = systemCode(error) ?? (error instanceof Error ? error.message : 'unknown reason');
  return new AgoraError(
    {
      code: 'audit_failed',
      what: `the audit log ${visible(JSON.stringify(file))} cannot be written (${reason}), and nothing is sent without it`,
      ...askOperator('check the file that AGORA_THREADS_AUDIT_LOG names, its folder, and the space on the disk.'),
    },
    { cause: error },
  );
}
