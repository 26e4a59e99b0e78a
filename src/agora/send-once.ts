import type { Dispatcher } from 'undici';
import type { Clock } from '../base/clock.ts';
import type { ApiCall } from './api-call.ts';
import { connectionError, timedOut, unconnected } from './connection-errors.ts';
import { ENDPOINTS } from './endpoints.ts';
import { AgoraError } from './errors.ts';
import { readAnswer, refusalOf, unreadable } from './read-answer.ts';
import { type Broken, LARGEST_ANSWER_BYTES, sendRequest } from './round-trip.ts';

/** Sends a call once, with a token or (to get one) without. */
export type SendOnce = <T>(call: ApiCall<T>, token: string | undefined, signal: AbortSignal) => Promise<T>;

export interface SendOnceOptions {
  /** Scheme, host and port: `https://a41.chat.agora.io`. */
  readonly origin: string;
  /** The app's path parts: `[org, app]` or `['app-id', id]` [EN][EM][SW]. */
  readonly prefix: readonly string[];
  /** In milliseconds, from the first byte sent to the last byte read. */
  readonly timeoutMs: number;
  readonly clock: Clock;
  readonly userAgent: string;
  readonly dispatcher: Dispatcher;
  /** Receives the `Date` header of every answer, whatever its status. */
  readonly onDate?: (date: string) => void;
}

/** The longest that the doubled time limit of a slow call gets, in milliseconds. */
const LONGEST_SLOW_MS = 30_000;

/**
 * Makes the function that sends one request and reads its answer: address, time limit, decoding. It knows nothing of
 * rate limits and retries.
 *
 * @throws AgoraError for anything but a readable 200; the signal's reason once that is aborted
 */
export function createSendOnce(options: SendOnceOptions): SendOnce {
  const { origin, clock, dispatcher, onDate } = options;
  const base = `/${options.prefix.map(segment).join('/')}`;
  const common = { accept: 'application/json', 'user-agent': options.userAgent };

  return async (call, token, signal) => {
    const { method, slow } = ENDPOINTS[call.endpoint];
    const timeoutMs = slow ? slowTimeoutMs(options.timeoutMs) : options.timeoutMs;
    const outcome = await sendRequest(
      dispatcher,
      {
        origin,
        path: `${base}/${addressOf(call)}`,
        method,
        headers: {
          ...common,
          ...(token !== undefined && { authorization: `Bearer ${token}` }),
          ...(call.body !== undefined && { 'content-type': 'application/json' }),
        },
        body: call.body === undefined ? null : JSON.stringify(call.body),
        // One time limit, ours: undici's defaults of 300 s would only cut in where ours is longer.
        headersTimeout: 0,
        bodyTimeout: 0,
      },
      timeoutMs,
      clock,
      signal,
    );
    if ('why' in outcome) throw brokenError(outcome, origin, timeoutMs, clock);
    if (typeof outcome.headers['date'] === 'string') onDate?.(outcome.headers['date']);
    return readAnswer(call.answer, outcome, clock);
  };
}

/** Twice the time limit, but not so long that a call has no time left to find out what became of a lost change. */
const slowTimeoutMs = (timeoutMs: number): number => Math.max(timeoutMs, Math.min(2 * timeoutMs, LONGEST_SLOW_MS));

function addressOf({ endpoint, ids = [], query }: ApiCall<unknown>): string {
  const left = ids.values();
  const path = ENDPOINTS[endpoint].path.replace(/\{\w+\}/g, () => segment(left.next().value ?? ''));
  return query ? `${path}?${queryText(query)}` : path;
}

/**
 * Percent-encodes one path part. Encoding leaves `.` and `..` as they are, and both would leave the segment; half of a
 * surrogate pair has no encoding. User ids from the service come here too, so either can happen without a bug of ours.
 */
function segment(part: string): string {
  if (part === '' || part === '.' || part === '..' || !part.isWellFormed()) {
    throw new AgoraError({
      code: 'bad_path_part',
      what: 'an id or a user id is empty, a path step, or no well-formed text, and cannot stand in an address',
      next: 'Check the ids and user names.',
    });
  }
  // A comma may stay, and several group ids in one part are documented with plain ones.
  return encodeURIComponent(part).replaceAll('%2C', ',');
}

const queryText = (query: Readonly<Record<string, string>>): string =>
  Object.entries(query)
    .map(([name, value]) => `${name}=${encodeURIComponent(value.toWellFormed())}`)
    .join('&');

/** What the call throws for a request without a whole answer. A refusal is told by its status, whatever its body. */
function brokenError(broken: Broken, origin: string, timeoutMs: number, clock: Clock): unknown {
  const { why, stage, status, cause } = broken;
  if (why === 'failed' && stage !== 'answering') return connectionError(cause, origin, stage === 'unsent');
  if (stage === 'unsent') return why === 'aborted' ? cause : unconnected(origin, timeoutMs);
  if (status >= 300 && status < 600) return refusalOf({ ...broken, text: '' }, clock);
  switch (why) {
    case 'too_large':
      return unreadable('too_large', `it is larger than ${LARGEST_ANSWER_BYTES} bytes`);
    case 'failed':
      // The service has done its work, but what it said is lost.
      return unreadable('cut_short', 'it was cut short', { passing: true }, cause);
    case 'timed_out':
      return timedOut(timeoutMs);
    case 'aborted':
      // The call's own time is over while its request is on the way: what the reason says of it no longer holds.
      return cause instanceof AgoraError ? cause.with({ landed: 'maybe' }) : cause;
  }
}
