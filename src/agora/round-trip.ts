import type { Dispatcher } from 'undici';
import type { Clock } from '../base/clock.ts';
import { deadline } from '../base/deadline.ts';

export interface HttpAnswer {
  readonly status: number;
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

/** A request without a whole answer: the status is 0 where none had begun. */
export interface Broken extends Omit<HttpAnswer, 'text'> {
  readonly why: 'timed_out' | 'aborted' | 'too_large' | 'failed';
  /** How far it had come: nothing of it was written, it was on its way, or its answer had begun. */
  readonly stage: 'unsent' | 'sent' | 'answering';
  /** The signal's reason, or the error of the connection. */
  readonly cause: unknown;
}

/** The largest honest answer, 50 threads, is about 25 KB. The rest of a larger one than this is not read. */
export const LARGEST_ANSWER_BYTES = 1024 * 1024;

/** undici destroys the connection with it; nobody gets to see it. */
const GIVEN_UP = new Error('given up');

/**
 * Sends one request and reads its answer. One level below undici's `request()`: no stream is built for a body of a
 * few KB, and the first event marks the start of writing, from where on a request may have landed.
 *
 * @param timeoutMs from the first byte sent to the last byte read
 * @throws the signal's reason where it is aborted already
 */
export function sendRequest(
  dispatcher: Dispatcher,
  request: Dispatcher.DispatchOptions,
  timeoutMs: number,
  clock: Clock,
  signal: AbortSignal,
): Promise<HttpAnswer | Broken> {
  return new Promise((resolve) => {
    let stage: Broken['stage'] = 'unsent';
    let isGivenUp = false;
    let controller: Dispatcher.DispatchController | undefined;
    let head: Pick<HttpAnswer, 'status' | 'headers'> = { status: 0, headers: {} };
    const chunks: Buffer[] = [];
    let size = 0;
    const end = (outcome: HttpAnswer | Broken) => {
      endDeadline();
      resolve(outcome);
    };
    const giveUp = (why: Broken['why'], cause?: unknown) => {
      isGivenUp = true;
      end({ why, stage, ...head, cause });
      controller?.abort(GIVEN_UP);
    };
    const endDeadline = deadline(timeoutMs, clock, signal, {
      timeUp: () => giveUp('timed_out'),
      aborted: (reason) => giveUp('aborted', reason),
    });
    dispatcher.dispatch(request, {
      onRequestStart(begun) {
        controller = begun;
        // It was given up while it waited for a connection.
        if (isGivenUp) begun.abort(GIVEN_UP);
        else stage = 'sent';
      },
      onResponseStart(_, status, headers) {
        if (status < 200) return; // interim: the real answer follows (undici refuses an unexpected 100)
        stage = 'answering';
        head = { status, headers };
      },
      onResponseData(_, chunk) {
        chunks.push(chunk);
        size += chunk.byteLength;
        if (size > LARGEST_ANSWER_BYTES) giveUp('too_large');
      },
      onResponseEnd: () => end({ ...head, text: Buffer.concat(chunks).toString('utf8') }),
      onResponseError: (_, cause) => end({ why: 'failed', stage, ...head, cause }),
    });
  });
}
