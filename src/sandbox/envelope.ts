import { SANDBOX } from './identity.ts';
import type { RefusalFacts } from './refusals.ts';

/** What an endpoint has to say; the envelope is put around it. */
export interface Payload {
  readonly data?: unknown;
  readonly entities?: readonly unknown[];
  readonly properties?: { readonly cursor?: string };
  /** The calls on groups and users have theirs beside the list. */
  readonly cursor?: string;
  readonly count?: number;
  readonly total?: number;
}

export interface Exchange {
  /** As the request named it, in capitals. */
  readonly method: string;
  /** The full address as the answer echoes it. */
  readonly uri: string;
  /** When the request came and when it is answered, in milliseconds since 1970. */
  readonly started: number;
  readonly ended: number;
}

/**
 * The body of a 200, its fields as in the published samples. The member list has neither `organization` nor
 * `applicationName` there, so it is `bare` [EN][EM].
 */
export function successBody(exchange: Exchange, payload: Payload, bare: boolean): Record<string, unknown> {
  return {
    action: exchange.method.toLowerCase(),
    ...(bare ? {} : { applicationName: SANDBOX.appName, organization: SANDBOX.orgName }),
    duration: duration(exchange),
    timestamp: exchange.ended,
    uri: exchange.uri,
    ...payload,
  };
}

/** The body of anything else. The thread pages print none: composed as in the sister endpoints' samples [EM]. */
export function errorBody(exchange: Exchange, facts: RefusalFacts): Record<string, unknown> {
  return {
    error: facts.error,
    exception: facts.exception,
    timestamp: exchange.ended,
    duration: duration(exchange),
    ...(facts.code === undefined ? {} : { error_code: facts.code }),
    error_description: facts.description,
  };
}

const duration = ({ started, ended }: Exchange): number => Math.max(0, Math.round(ended - started));
