import { defined } from '../base/defined.ts';
import { AgoraError, type ErrorCode } from './errors.ts';
import { FALLBACKS, ROWS } from './vendor-rows.ts';

/** The usable parts of an error body: gateways answer HTML or nothing, so each may be missing. */
export interface VendorAnswer {
  readonly status: number;
  readonly type?: string;
  readonly description?: string;
  readonly number?: number;
}

/** Lower case, without trailing dots and spaces: the service writes `msg not belong to group .` */
const plain = (text: string): string => text.toLowerCase().replace(/[\s.]+$/, '');

function find(answer: VendorAnswer) {
  const { status, type, number } = answer;
  const said = plain(answer.description ?? '');
  const clientFault = status >= 400 && status < 500;
  return (
    ROWS.find((row) => (clientFault || row.status.includes(status)) && row.says?.some((s) => said.startsWith(s))) ??
    ROWS.find((row) => row.status.includes(status) && type !== undefined && row.types?.includes(type)) ??
    ROWS.find((row) => row.status.includes(status) && number !== undefined && row.numbers?.includes(number)) ??
    // Without text, type or number only rows for a mere status fit; a bare 429 is a rate limit.
    ROWS.find(
      (row) =>
        row.status.includes(status) && ((!row.says && !row.types) || (status === 429 && row.code === 'rate_limited')),
    ) ??
    FALLBACKS.find(({ from, to }) => status >= from && status <= to)
  );
}

/** "A client bug" in the vendor's words [EN http-status-codes]: an unknown operation cannot have been done. */
const NEVER_DONE = new Set<ErrorCode>(['unsupported_operation', 'not_implemented']);

/**
 * Turns an answer other than 200 into an `AgoraError`.
 *
 * @throws RangeError for a status that HTTP does not have
 */
export function vendorError(answer: VendorAnswer): AgoraError {
  const row = find(answer);
  if (row === undefined) throw new RangeError(`No HTTP status: ${answer.status}`);
  const { code, what, next, operator, about, retry = 'never' } = row;
  const said = answer.description || answer.type;
  return new AgoraError({
    code,
    what,
    next,
    retry,
    // What is worth a later call by the user is worth a second attempt of ours.
    passing: retry === 'later',
    // A 408 or a 5xx may come from a gateway whose back end did the work, and a 303 says that it is done. Other
    // refusals are the service's own.
    landed:
      !NEVER_DONE.has(code) && (answer.status === 303 || answer.status === 408 || answer.status >= 500)
        ? 'maybe'
        : 'no',
    status: answer.status,
    ...defined({ operator, about, said: said || undefined }),
  });
}
