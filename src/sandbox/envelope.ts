import { defined } from '../base/defined.ts';
import type { Endpoint } from './find-call.ts';
import { SANDBOX } from './identity.ts';
import type { RefusalFacts } from './refusals.ts';

export interface RequestInfo {
  /** In capitals. */
  readonly method: string;
  /** The full address as the answer echoes it. */
  readonly uri: string;
  /** When the request arrived and when it is answered, in milliseconds since 1970. */
  readonly started: number;
  readonly ended: number;
}

/** The body of a 200, with the fields of the published samples around what the call returned. */
export function successBody(endpoint: Endpoint, { method, uri, started, ended }: RequestInfo, result: object): object {
  if (endpoint === 'token') return result;
  return {
    action: method.toLowerCase(),
    // The member list's samples have neither [EN][EM].
    ...(endpoint === 'members' ? {} : { applicationName: SANDBOX.appName, organization: SANDBOX.orgName }),
    duration: duration(started, ended),
    timestamp: ended,
    // Adding members returns another address than the request's [EN][EM].
    uri: endpoint === 'add_members' ? uri.replace(/users$/, 'joined_thread') : uri,
    ...result,
  };
}

/** The body of any other status. The thread pages show none, so it follows the samples of other endpoints [EM]. */
export const errorBody = ({ started, ended }: RequestInfo, facts: RefusalFacts): object =>
  defined({
    error: facts.error,
    exception: facts.exception,
    timestamp: ended,
    duration: duration(started, ended),
    error_code: facts.code,
    error_description: facts.description,
  });

const duration = (started: number, ended: number): number => Math.max(0, Math.round(ended - started));
