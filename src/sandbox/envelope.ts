import { defined } from '../base/defined.ts';
import { SANDBOX } from './identity.ts';
import type { RefusalFacts } from './refusals.ts';

/** What an endpoint returns, before the envelope is added. */
export interface Payload {
  readonly data?: unknown;
  readonly entities?: readonly unknown[];
  readonly properties?: { readonly cursor?: string };
  /** The group and user calls have these at the top level. */
  readonly cursor?: string;
  readonly count?: number;
  readonly total?: number;
}

export interface RequestInfo {
  /** In capitals. */
  readonly method: string;
  /** The full address as the answer echoes it. */
  readonly uri: string;
  /** When the request arrived and when it is answered, in milliseconds since 1970. */
  readonly started: number;
  readonly ended: number;
}

/**
 * The body of a 200, with the fields of the published samples.
 *
 * @param bare for the member list, whose samples have neither `organization` nor `applicationName` [EN][EM]
 */
export function successBody(request: RequestInfo, payload: Payload, bare: boolean): Record<string, unknown> {
  return {
    action: request.method.toLowerCase(),
    ...(bare ? {} : { applicationName: SANDBOX.appName, organization: SANDBOX.orgName }),
    duration: duration(request),
    timestamp: request.ended,
    uri: request.uri,
    ...payload,
  };
}

/** The body of any other status. The thread pages show none, so it follows the samples of other endpoints [EM]. */
export function errorBody(request: RequestInfo, facts: RefusalFacts): Record<string, unknown> {
  return defined({
    error: facts.error,
    exception: facts.exception,
    timestamp: request.ended,
    duration: duration(request),
    error_code: facts.code,
    error_description: facts.description,
  });
}

const duration = ({ started, ended }: RequestInfo): number => Math.max(0, Math.round(ended - started));
