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

export interface Work {
  /** Does what the request asks for. */
  readonly work: () => Answer;
  readonly refused: (facts: RefusalFacts) => Answer;
  /** The cursor that the request asks with. */
  readonly cursor: string | null;
}

const GATEWAY_PAGE = '<!DOCTYPE html>\n<html><head><title>Gateway</title></head><body><h1>nginx</h1></body></html>\n';

/** What comes of a request under a fault: an answer, a connection that breaks, or nothing at all. */
export function outcomeUnder(fault: Fault, { work, refused, cursor }: Work): Answer | 'reset' | 'silence' {
  switch (fault.kind) {
    case 'reset_before':
      return 'reset';
    case 'reset_after':
      work();
      return 'reset';
    case 'no_answer_before':
      return 'silence';
    case 'no_answer':
      work();
      return 'silence';
    case 'empty_body':
      work();
      return { status: 200, body: '' };
    case 'stuck_cursor':
      return stick(work(), cursor);
    case 'status': {
      const { status, error = 'server_error', description = `scripted status ${status}`, retry_after } = fault;
      const answer = refused({ status, error, description, exception: 'ScriptedFault', code: undefined });
      return { status, body: fault.body ?? answer.body, headers: retryAfter(retry_after) };
    }
    case 'rate_limit':
      return { ...refused(REFUSALS.rateLimit), headers: retryAfter(fault.retry_after) };
    case 'expired_token':
      return refused(REFUSALS.tokenExpired);
    case 'html':
      return { status: fault.status ?? 200, body: GATEWAY_PAGE, headers: { 'content-type': 'text/html' } };
    // These change when an answer comes, or how much of it.
    case 'latency':
    case 'cut_body':
      return work();
  }
}

/** Replaces the next cursor with the one that was asked for. */
function stick(answer: Answer, asked: string | null): Answer {
  if (!asked || typeof answer.body !== 'object' || answer.body === null || answer.status !== 200) return answer;
  const cursor = { cursor: asked };
  return { ...answer, body: { ...answer.body, ...('cursor' in answer.body ? cursor : { properties: cursor }) } };
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
