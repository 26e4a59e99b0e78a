import * as z from 'zod';
import { defined } from '../base/defined.ts';
import { AgoraError, type ErrorCode } from './errors.ts';
import { ROWS, type Row, UNKNOWN } from './vendor-rows.ts';

/** The usable parts of an error body: gateways answer HTML or nothing, so each may be missing. */
export const errorBody = z
  .object({
    error: z.string().optional().catch(undefined),
    error_description: z.string().optional().catch(undefined),
    error_code: z.int().optional().catch(undefined),
  })
  .catch({});
export type ErrorBody = z.output<typeof errorBody>;

function find(status: number, { error: type, error_description = '', error_code: number }: ErrorBody): Row {
  // The service writes `msg not belong to group .`
  const said = error_description.toLowerCase().replace(/[\s.]+$/, '');
  const ofStatus = ROWS.filter(
    ({ when }) => when.status?.includes(status) || when.statusClass === Math.floor(status / 100),
  );
  const isClientFault = status >= 400 && status < 500;
  return (
    (isClientFault ? ROWS : ofStatus).find(({ when }) => when.says?.some((start) => said.startsWith(start))) ??
    ofStatus.find(({ when }) => type !== undefined && when.types?.includes(type)) ??
    ofStatus.find(({ when }) => number !== undefined && when.numbers?.includes(number)) ??
    // Without text, type or number only rows for a mere status fit; a bare 429 is a rate limit.
    ofStatus.find(({ code, when }) => (!when.says && !when.types) || (status === 429 && code === 'rate_limited')) ??
    UNKNOWN
  );
}

/** "A client bug" in the vendor's words [EN http-status-codes]: an unknown operation cannot have been done. */
const NEVER_DONE = new Set<ErrorCode>(['unsupported_operation', 'not_implemented']);

/** Turns an answer other than 200 into an `AgoraError`. */
export function vendorError(status: number, body: ErrorBody, retryAfterMs?: number): AgoraError {
  const { when: _, ...refusal } = find(status, body);
  const mayBeDone = status === 303 || status === 408 || status >= 500;
  return new AgoraError({
    ...refusal,
    // What is worth a later call by the user is worth a second attempt of ours.
    passing: refusal.retry === 'later',
    // A 408 or a 5xx may come from a gateway whose back end did the work, and a 303 says that it is done. Other
    // refusals are the service's own.
    landed: mayBeDone && !NEVER_DONE.has(refusal.code) ? 'maybe' : 'no',
    status,
    ...defined({ said: body.error_description || body.error || undefined, retryAfterMs }),
  });
}
