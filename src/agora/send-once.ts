import type { Dispatcher } from 'undici';
import * as z from 'zod';
import type { Clock } from '../base/clock.ts';
import { deadline } from '../base/deadline.ts';
import { defined } from '../base/defined.ts';
import type { ApiCall } from './api-call.ts';
import { connectionError, unconnected } from './connection-errors.ts';
import { ENDPOINTS } from './endpoints.ts';
import { AgoraError } from './errors.ts';
import { type Head, sendRequest } from './round-trip.ts';
import { vendorError } from './vendor-errors.ts';

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

/** The largest honest answer, 50 threads, is about 25 KB. */
export const LARGEST_ANSWER_BYTES = 1024 * 1024;

const errorBody = z.object({
  error: z.string().optional().catch(undefined),
  error_description: z.string().optional().catch(undefined),
  error_code: z.int().optional().catch(undefined),
});

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
      retry: 'never',
      landed: 'no',
    });
  }
  // A comma may stay, and several group ids in one part are documented with plain ones.
  return encodeURIComponent(part).replaceAll('%2C', ',');
}

/**
 * Makes the function that sends one request and reads its answer: address, time limit, decoding. It knows nothing of
 * rate limits and retries.
 *
 * @throws AgoraError for anything but a readable 200; the signal's reason once that is aborted
 */
export function createSendOnce(options: SendOnceOptions): SendOnce {
  const { origin, clock, onDate } = options;
  const base = `/${options.prefix.map(segment).join('/')}`;
  const common = { accept: 'application/json', 'user-agent': options.userAgent };

  return async (call, token, signal) => {
    const { method, path: template, slow } = ENDPOINTS[call.endpoint];
    const ids = call.ids?.values();
    const path = `${base}/${template.replace(/\{\w+\}/g, () => segment(ids?.next().value ?? ''))}`;
    signal.throwIfAborted();

    const timeoutMs = slow ? slowTimeoutMs(options.timeoutMs) : options.timeoutMs;
    let endDeadline = () => {};
    try {
      const { status, headers, text } = await sendRequest(
        options.dispatcher,
        {
          origin,
          path: call.query ? `${path}?${queryText(call.query)}` : path,
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
        {
          largestBytes: LARGEST_ANSWER_BYTES,
          tooLarge: (head) => refusedBy(head, clock) ?? unreadable(`it is larger than ${LARGEST_ANSWER_BYTES} bytes`),
          failed: (stage, head, cause) =>
            stage === 'answering'
              ? (refusedBy(head, clock) ?? cutShort(cause))
              : connectionError(cause, origin, stage === 'unsent'),
          started(stop) {
            endDeadline = deadline(timeoutMs, clock, signal, {
              timeUp: () =>
                stop((stage, head) =>
                  stage === 'unsent'
                    ? unconnected(origin, timeoutMs)
                    : (refusedBy(head, clock) ?? timeoutError(timeoutMs)),
                ),
              aborted: (reason) =>
                stop((stage, head) =>
                  stage === 'unsent' ? reason : (refusedBy(head, clock) ?? perhapsLanded(reason)),
                ),
            });
          },
        },
      );
      if (typeof headers['date'] === 'string') onDate?.(headers['date']);
      // A 2xx other than the documented 200 has done something: its body must have the same shape.
      if (status >= 200 && status < 300) return parseAnswer(call.answer, text);
      // A status that HTTP does not define says nothing about what was done.
      if (status < 200 || status >= 600) throw unreadable(`its HTTP status is ${status}`);
      throw refusal(status, text, headers['retry-after'], clock.now());
    } finally {
      endDeadline();
    }
  };
}

/** Twice the time limit, but not so long that a call has no time left to find out what became of a lost change. */
const slowTimeoutMs = (timeoutMs: number): number => Math.max(timeoutMs, Math.min(2 * timeoutMs, LONGEST_SLOW_MS));

/** The call's own time is over while its request is on the way: what the reason says of it no longer holds. */
const perhapsLanded = (reason: unknown): unknown =>
  reason instanceof AgoraError ? reason.with({ landed: 'maybe' }) : reason;

const queryText = (query: Readonly<Record<string, string>>): string =>
  Object.entries(query)
    .map(([name, value]) => `${name}=${encodeURIComponent(value.toWellFormed())}`)
    .join('&');

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text.replace(/^\ufeff/, ''));
  } catch {
    return undefined;
  }
}

function parseAnswer<T>(schema: z.ZodType<T>, text: string): T {
  const json = parseJson(text);
  if (json === undefined) throw unreadable(text.trim() === '' ? 'it is empty' : 'it is not JSON');
  if (typeof json === 'object' && json !== null && 'error' in json) {
    const { error, error_description } = errorBody.parse(json);
    const said = error_description ?? error;
    if (said !== undefined) throw unreadable('it is a success by its status, and an error by its body').with({ said });
  }
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw unreadable(`${issue?.path.join('.') || 'its body'} is not as documented (${issue?.message ?? 'unknown'})`);
}

/** The refusal that the status proves, whatever became of the body; undefined where it is none. */
const refusedBy = ({ status, headers }: Head, clock: Clock): AgoraError | undefined =>
  status >= 300 && status < 600 ? refusal(status, '', headers['retry-after'], clock.now()) : undefined;

function refusal(
  status: number,
  text: string,
  retryAfter: string | readonly string[] | undefined,
  now: number,
): AgoraError {
  const body = errorBody.safeParse(parseJson(text));
  const { error, error_description, error_code } = body.success ? body.data : {};
  const known = vendorError({
    status,
    ...defined({ type: error, description: error_description, number: error_code }),
  });
  return known.with(defined({ retryAfterMs: retryAfterMs(retryAfter, now) }));
}

/** `Retry-After` in seconds or as a date [RFC 9110]. The vendor does not document it, but gateways send it. */
function retryAfterMs(header: string | readonly string[] | undefined, now: number): number | undefined {
  const text = typeof header === 'string' ? header.trim() : '';
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1_000;
  const date = /^[A-Z][a-z]{2}, \d/.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}

export function unreadable(why: string, cause?: unknown): AgoraError {
  return new AgoraError(
    {
      code: 'unreadable_answer',
      what: `the answer of the service cannot be read: ${why}`,
      next: 'Call again; if it stays, ask the operator to check AGORA_CHAT_HOST and any proxy.',
      operator: 'Check AGORA_CHAT_HOST and any proxy: what answers there does not speak as Agora Chat does.',
      retry: 'later',
      landed: 'maybe',
      status: 200,
    },
    { cause },
  );
}

/** The connection broke within the answer: the service has done its work, but what it said is lost. */
function cutShort(cause: unknown): AgoraError {
  return unreadable('it was cut short', cause).with({ passing: true });
}

function timeoutError(timeoutMs: number): AgoraError {
  return new AgoraError({
    code: 'timed_out',
    what: `the service did not answer within ${timeoutMs / 1000} s`,
    next: 'Call again in a moment; the operator can raise AGORA_THREADS_TIMEOUT_MS.',
    operator:
      'Check network, proxy and AGORA_CHAT_HOST; where the host is known to be slow, raise AGORA_THREADS_TIMEOUT_MS.',
    retry: 'later',
    landed: 'maybe',
    passing: true,
  });
}
