import { defined } from '../base/defined.ts';
import { AgoraError, type ErrorCode } from './errors.ts';
import { ROWS, type Row, UNKNOWN } from './vendor-rows.ts';

/** The usable parts of an error body: gateways answer HTML or nothing, so each may be missing. */
export interface VendorAnswer {
  readonly status: number;
  readonly type?: string | undefined;
  readonly description?: string | undefined;
  readonly number?: number | undefined;
  readonly retryAfterMs?: number | undefined;
}

/** Lower case, without trailing dots and spaces: the service writes `msg not belong to group .` */
const plain = (text: string): string => text.toLowerCase().replace(/[\s.]+$/, '');

function find({ status, type, description = '', number }: VendorAnswer): Row {
  const said = plain(description);
  const ofStatus = ROWS.filter(
    ({ when }) => when.status?.includes(status) || when.statusClass === Math.floor(status / 100),
  );
  const isClientFault = status >= 400 && status < 500;
  return (
    (isClientFault ? ROWS : ofStatus).find(({ when }) => when.says?.some((words) => said.startsWith(words))) ??
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
export function vendorError(answer: VendorAnswer): AgoraError {
  const { status, description, type, retryAfterMs } = answer;
  const { when: _, ...refusal } = find(answer);
  const mayBeDone = status === 303 || status === 408 || status >= 500;
  return new AgoraError({
    ...refusal,
    // What is worth a later call by the user is worth a second attempt of ours.
    passing: refusal.retry === 'later',
    // A 408 or a 5xx may come from a gateway whose back end did the work, and a 303 says that it is done. Other
    // refusals are the service's own.
    landed: mayBeDone && !NEVER_DONE.has(refusal.code) ? 'maybe' : 'no',
    status,
    ...defined({ said: description || type || undefined, retryAfterMs }),
  });
}
