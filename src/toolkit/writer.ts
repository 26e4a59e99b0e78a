import { AgoraError, orRefusal } from '../agora/errors.ts';
import type { Threads } from '../agora/threads.ts';
import { defined } from '../base/defined.ts';
import { visible } from '../base/escape.ts';
import type { ThreadFacts } from '../present/thread-facts.ts';
import type { Audit } from './audit-log.ts';
import type { ConfirmedBy } from './confirmation-words.ts';
import type { LastRecord } from './last-records.ts';

/** One write of a tool, as the audit log records it before it is sent. */
export interface Write {
  /** What the service is asked to do, in the tools' names: `{ thread_id: … }`. */
  readonly args: Readonly<Record<string, unknown>>;
  /** What is known of a thread that is about to be renamed. */
  readonly thread?: ThreadFacts;
  /** All that is known of a thread that is about to be deleted: exact, so that it can be made again. */
  readonly record?: LastRecord;
  /** How a person said yes; absent where nobody has to be asked. */
  readonly confirmed?: ConfirmedBy;
  /** The tool that asked, where it is not the tool of the call: after a click. */
  readonly tool?: string;
}

/** What became of a write: it was done, it changed nothing, or nobody knows (a lost answer, a gateway's 5xx). */
export type WriteOutcome<T> =
  | { readonly kind: 'done'; readonly value: T }
  | { readonly kind: 'refused'; readonly error: AgoraError }
  | { readonly kind: 'may_have_landed'; readonly error: AgoraError };

/**
 * Sends a write, with a line in the audit log before it and one after it. It is the only way tools have to write.
 * Rejects only where the call was given up, or by a bug.
 */
export type Writer = <T>(write: Write, send: (threads: Threads) => Promise<T>) => Promise<WriteOutcome<T>>;

/** The outcome of a call of the service. Anything but an `AgoraError` is thrown on. */
export async function outcomeOf<T>(call: Promise<T>): Promise<WriteOutcome<T>> {
  const answer = await orRefusal(call);
  if (!(answer instanceof AgoraError)) return { kind: 'done', value: answer };
  return { kind: answer.facts.landed === 'maybe' ? 'may_have_landed' : 'refused', error: answer };
}

/**
 * Makes the writer of one call.
 *
 * @param audit undefined where the operator wants no audit log
 * @param about the same for all writes of the call: the tool, the request's id
 * @param onLost called when the line after a write could not be written; the outcome of the write stays as it is
 */
export function createWriter(
  audit: Audit | undefined,
  threads: Threads,
  about: Readonly<Record<string, unknown>>,
  onLost: (error: unknown) => void,
): Writer {
  if (audit === undefined) return (_write, send) => outcomeOf(send(threads));
  return async ({ args, thread, record, confirmed, tool }, send) => {
    const entry = {
      ...escapedFields({ ...about, ...defined({ tool }) }),
      args: escaped(args),
      ...defined({ confirmed_by: confirmed, thread, record }),
    };
    const begun = await outcomeOf(audit(entry));
    if (begun.kind !== 'done') return begun;
    const end: typeof begun.value = (line) => begun.value(line).catch(onLost);
    const outcome = await outcomeOf(send(threads)).catch(async (error: unknown) => {
      await end({ outcome: 'cancelled', may_have_landed: true });
      throw error;
    });
    await end(lineAfter(outcome));
    return outcome;
  };
}

/** The same writer, which also tells what became of each deletion of a thread. */
export function withDeletionsTold(writer: Writer, tell: (became: WriteOutcome<unknown>['kind']) => void): Writer {
  return async (write, send) => {
    const outcome = await writer(write, send);
    if (write.record) tell(outcome.kind);
    return outcome;
  };
}

function lineAfter<T>(written: WriteOutcome<T>): Readonly<Record<string, unknown>> {
  if (written.kind !== 'done') {
    return { outcome: written.error.code, may_have_landed: written.kind === 'may_have_landed' };
  }
  const { value } = written;
  return { outcome: 'ok', ...defined({ answer: escaped(answerOf(value)) }) };
}

/** The answer as JSON can hold it: that to a removal is a map. */
const answerOf = (value: unknown): unknown =>
  value !== null && typeof value === 'object' && 'removed' in value && value.removed instanceof Map
    ? Object.fromEntries(value.removed)
    : value;

/** A name of 64 characters grows when each is escaped; the log has room for all of it. */
const LONGEST_TEXT = 2_000;

/** All text escaped, at every depth. */
function escaped(value: unknown): unknown {
  if (typeof value === 'string') return visible(value, LONGEST_TEXT);
  if (Array.isArray(value)) return value.map(escaped);
  return value === null || typeof value !== 'object' ? value : escapedFields(value);
}

const escapedFields = (fields: object): Record<string, unknown> =>
  Object.fromEntries(Object.entries(fields).map(([key, value]) => [visible(key), escaped(value)]));
