import * as z from 'zod';
import type { Clock } from '../base/clock.ts';
import { defined } from '../base/defined.ts';
import { AgoraError, type AgoraErrorFacts, type Unreadable } from './errors.ts';
import type { HttpAnswer } from './round-trip.ts';
import { errorBody, vendorError } from './vendor-errors.ts';

/**
 * Reads what a call asks for out of its answer.
 *
 * @throws AgoraError for anything but a readable 200
 */
export function readAnswer<T>(read: (json: unknown) => T, answer: HttpAnswer, clock: Clock): T {
  const { status, text } = answer;
  // A status that HTTP does not define says nothing about what was done.
  if (status < 200 || status >= 600)
    throw unreadable('status', `its HTTP status is ${status}`, { detail: String(status) });
  // A 2xx other than the documented 200 has done something: its body must have the same shape.
  if (status >= 300) throw refusalOf(answer, clock);
  const json = parseJson(text);
  if (json === undefined) {
    throw text.trim() === '' ? unreadable('empty', 'it is empty') : unreadable('not_json', 'it is not JSON');
  }
  if (typeof json === 'object' && json !== null && 'error' in json) {
    const { error, error_description } = errorBody.parse(json);
    const said = error_description ?? error;
    if (said !== undefined) {
      throw unreadable('error_in_success', 'it is a success by its status, and an error by its body', { said });
    }
  }
  try {
    return read(json);
  } catch (error) {
    if (!(error instanceof z.ZodError)) throw error;
    const [issue] = error.issues;
    const path = issue?.path.join('.') || undefined;
    const words = `${path ?? 'its body'} is not as documented (${issue?.message ?? 'unknown'})`;
    throw unreadable('undocumented', words, defined({ detail: path }));
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text.replace(/^\ufeff/, ''));
  } catch {
    return undefined;
  }
}

/** The refusal of an answer with a status of 300 or more. */
export const refusalOf = ({ status, headers, text }: HttpAnswer, clock: Clock): AgoraError =>
  vendorError(status, errorBody.parse(parseJson(text)), retryAfterMs(headers['retry-after'], clock.now()));

/** `Retry-After` in seconds or as a date [RFC 9110]. The vendor does not document it, but gateways send it. */
function retryAfterMs(header: string | readonly string[] | undefined, now: number): number | undefined {
  const text = typeof header === 'string' ? header.trim() : '';
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1_000;
  const date = /^[A-Z][a-z]{2}, \d/.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}

/** @param words the same as `why`, with the particulars, to follow a colon */
export function unreadable(
  why: Unreadable,
  words: string,
  facts: Partial<AgoraErrorFacts> = {},
  cause?: unknown,
): AgoraError {
  return new AgoraError(
    {
      code: 'unreadable_answer',
      why,
      what: `the answer of the service cannot be read: ${words}`,
      next: 'Call again; if it stays, ask the operator to check AGORA_CHAT_HOST and any proxy.',
      operator: 'Check AGORA_CHAT_HOST and any proxy: what answers there does not speak as Agora Chat does.',
      retry: 'later',
      landed: 'maybe',
      status: 200,
      ...facts,
    },
    { cause },
  );
}
