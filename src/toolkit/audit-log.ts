import type { FileHandle } from 'node:fs/promises';
import * as z from 'zod';
import { AgoraError } from '../agora/errors.ts';
import { askOperator } from '../agora/next-step.ts';
import type { Threads } from '../agora/threads.ts';
import type { Clock } from '../base/clock.ts';
import { visible } from '../base/escape.ts';
import { toRedactedJson } from '../base/redact.ts';
import type { ThreadFacts } from '../present/thread-facts.ts';
import { utcTime } from '../present/time.ts';

/** One write of a tool, as it is told to the audit log before it is sent. */
export interface Write {
  /** What is asked of the service, in the tools' names: `{ thread_id: … }`. */
  readonly args: Readonly<Record<string, unknown>>;
  /** All that is known of a thread that is about to go, members included: its tombstone. */
  readonly thread?: ThreadFacts;
  /** How a person said yes; absent where nobody has to be asked. */
  readonly confirmed?: 'form' | 'code';
}

/** Sends a write, with a line in the audit log before it and one after it. The only way that tools have to write. */
export type Writer = <T>(write: Write, send: (threads: Threads) => Promise<T>) => Promise<T>;

export interface Audit {
  /**
   * Writes the line before; its return value writes the line after. Rejects where nothing could be written. Text from
   * outside is escaped already.
   */
  begin(entry: Readonly<Record<string, unknown>>): Promise<(end: Readonly<Record<string, unknown>>) => Promise<void>>;
}

/** Where no audit log is asked for. */
export const noAudit: Audit = { begin: async () => async () => undefined };

/** A name of 64 characters grows when each is escaped; a log may hold all of it. */
const LONGEST_TEXT = 2_000;

const record = z.record(z.string(), z.unknown());

/** Everything from outside escaped, at every depth. */
function shown(value: unknown): unknown {
  if (typeof value === 'string') return visible(value, LONGEST_TEXT);
  if (Array.isArray(value)) return value.map(shown);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [visible(key), shown(part)]));
}

/**
 * An audit log in a file: JSON lines, two for each write, with one id. The file is opened for each line, so that it can
 * be moved away while the server runs.
 *
 * @param newId makes an id for the two lines of a write
 */
export function createAudit(file: string, clock: Clock, newId: () => string): Audit {
  // One line at a time, so that a failed one can be taken back without touching another.
  let queue = Promise.resolve();
  const append = (entry: Readonly<Record<string, unknown>>): Promise<void> => {
    const line = Buffer.from(`${toRedactedJson(entry)}\n`);
    const done = queue.then(() => appendLine(file, line));
    queue = done.catch(() => undefined);
    return done;
  };
  return {
    async begin(entry) {
      const id = newId();
      const started = clock.now();
      const head = { id, time: utcTime(started) };
      await append({ ...head, phase: 'before', ...entry }).catch((error: unknown) => {
        throw refusal(file, error);
      });
      return (end) => {
        const now = clock.now();
        return append({ id, time: utcTime(now), phase: 'after', duration_ms: now - started, ...end });
      };
    },
  };
}

/** For the owner alone: the lines hold names and ids of an app's users. */
const OWNER_ONLY = 0o600;

async function appendLine(file: string, line: Uint8Array): Promise<void> {
  const { open, stat } = await import('node:fs/promises');
  const found = await stat(file).catch(() => undefined);
  // Opening a pipe would wait for its reader, and a device keeps nothing.
  if (found && !found.isFile()) throw new Error('it is not a regular file');
  const handle = await open(file, 'a+', OWNER_ONLY);
  try {
    if (process.platform !== 'win32' && ((await handle.stat()).mode & 0o077) !== 0) await handle.chmod(OWNER_ONLY);
    await writeWhole(handle, line);
  } finally {
    await handle.close();
  }
}

const NEWLINE = Buffer.from('\n');

/**
 * The whole line or nothing of it: half a line would spoil the next one too. Each window of a host starts a server, so
 * others may append to the same file at any moment: what they wrote is neither cut nor taken for ours.
 */
async function writeWhole(handle: FileHandle, line: Uint8Array): Promise<void> {
  const { size } = await handle.stat();
  // A line that a crash has cut short would swallow this one.
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
  const reason = error instanceof Error ? ('code' in error ? String(error.code) : error.message) : 'unknown reason';
  return new AgoraError(
    {
      code: 'audit_failed',
      what: `the audit log ${visible(JSON.stringify(file))} cannot be written (${reason}), and nothing is sent without it`,
      ...askOperator('check the file that AGORA_THREADS_AUDIT_LOG names, its folder, and the space on the disk.'),
      retry: 'never',
      landed: 'no',
    },
    { cause: error },
  );
}

/**
 * Makes the writer of one call.
 *
 * @param about what is the same for all writes of the call: the tool, the request's id
 * @param onLost told when the line after a write could not be written: the write itself stands
 */
export function createWriter(
  audit: Audit,
  threads: Threads,
  about: Readonly<Record<string, unknown>>,
  onLost: (error: unknown) => void,
): Writer {
  return async ({ args, thread, confirmed }, send) => {
    const end = await audit.begin({
      ...record.parse(shown(about)),
      args: shown(args),
      ...(confirmed === undefined ? {} : { confirmed }),
      ...(thread === undefined ? {} : { thread }),
    });
    const finish = (outcome: Readonly<Record<string, unknown>>) => end(outcome).catch(onLost);
    try {
      const result = await send(threads);
      await finish({ outcome: 'ok', ...(result === undefined ? {} : { answer: shown(answerOf(result)) }) });
      return result;
    } catch (error) {
      await finish(
        error instanceof AgoraError
          ? { outcome: error.code, may_have_landed: error.facts.landed === 'maybe' }
          : { outcome: 'cancelled', may_have_landed: true },
      );
      throw error;
    }
  };
}

/** An answer in JSON: a removal holds a map. */
const answerOf = (result: unknown): unknown =>
  result !== null && typeof result === 'object' && 'removed' in result && result.removed instanceof Map
    ? Object.fromEntries(result.removed)
    : result;
