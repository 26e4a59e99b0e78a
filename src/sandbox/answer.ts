import type { ServerResponse } from 'node:http';
import { defined } from '../base/defined.ts';
import type { Fault } from './faults.ts';
import { REFUSALS, type RefusalFacts } from './refusals.ts';

export interface Answer {
  readonly status: number;
  /** A string is sent unchanged, anything else as JSON. */
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

const GATEWAY_PAGE = '<!DOCTYPE html>\n<html><head><title>Gateway</title></head><body><h1>nginx</h1></body></html>\n';

/**
 * The answer that a fault gives instead of doing the work.
 *
 * @param errorOf wraps a refusal in the error envelope
 * @returns undefined for a fault that lets the work be done
 */
export function answerInstead(fault: Fault, errorOf: (facts: RefusalFacts) => unknown): Answer | undefined {
  switch (fault.kind) {
    case 'status': {
      const { status, error = 'server_error', description = `scripted status ${status}` } = fault;
      const body = fault.body ?? errorOf({ status, error, description, exception: 'ScriptedFault' });
      return { status, body, headers: retryAfter(fault.retry_after) };
    }
    case 'rate_limit':
      return { status: 429, body: errorOf(REFUSALS.rateLimit), headers: retryAfter(fault.retry_after) };
    case 'expired_token':
      return { status: 401, body: errorOf(REFUSALS.tokenExpired) };
    case 'html':
      return { status: fault.status ?? 200, body: GATEWAY_PAGE, headers: { 'content-type': 'text/html' } };
    default:
      return undefined;
  }
}

const retryAfter = (value: number | string | undefined): Record<string, string> =>
  defined({ 'retry-after': value?.toString() });

/** Sends an answer; with `cut` the connection breaks in the middle of the body. */
export function send(response: ServerResponse, answer: Answer, cut: boolean): void {
  const text = typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body);
  const bytes = Buffer.from(text, 'utf8');
  response.writeHead(answer.status, {
    'content-type': 'application/json;charset=UTF-8',
    'content-length': bytes.length,
    ...answer.headers,
  });
  if (!cut) return void response.end(bytes);
  // Only once the first half is sent: an immediate reset could discard it before the client reads it.
  response.write(bytes.subarray(0, bytes.length >> 1), () => response.socket?.destroy());
}
