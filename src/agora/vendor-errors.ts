import { defined } from '../base/defined.ts';
import { AgoraError, type ErrorCode } from './errors.ts';
import { FALLBACKS, ROWS } from './vendor-rows.ts';

/** The error body as far as it is usable: gateways answer HTML or nothing, so each part may be missing. */
export interface VendorAnswer {
  readonly status: number;
  readonly type?: string;
  readonly description?: string;
  readonly number?: number;
}

/** Lower case, without the dots and spaces at its end: the service writes `msg not belong to group .` */
const plain = (text: string): string => text.toLowerCase().replace(/[\s.]+$/, '');

function find(answer: VendorAnswer) {
  const { status, type, number } = answer;
  const said = plain(answer.description ?? '');
  const clientFault = status >= 400 && status < 500;
  return (
    ROWS.find((row) => (clientFault || row.status.includes(status)) && row.says?.some((s) => said.startsWith(s))) ??
    ROWS.find((row) => row.status.includes(status) && type !== undefined && row.types?.includes(type)) ??
    ROWS.find((row) => row.status.includes(status) && number !== undefined && row.numbers?.includes(number)) ??
    // Without text, type or number only those rows fit that stand for their status alone; a bare 429 is a rate limit.
    ROWS.find(
      (row) =>
        row.status.includes(status) && ((!row.says && !row.types) || (status === 429 && row.code === 'rate_limited')),
    ) ??
    FALLBACKS.find(({ from, to }) => status >= from && status <= to)
  );
}

/** "A client bug" in the vendor's words [EN http-status-codes]: what is not known cannot have been done. */
const UNKNOWN_THERE = new Set<ErrorCode>(['unsupported_operation', 'not_implemented']);

/**
 * Turns an answer other than 200 into an `AgoraError`.
 *
 * @param answer status and the usable parts of the body
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
    // Whatever is worth a later call of the user is worth a second try of ours.
    passing: retry === 'later',
    // A 408 or a 5xx may come from a gateway whose back end did the work, and a 303 says that it is done; any other
    // refusal is the service's own, and so is one of an operation that nobody there knows.
    landed:
      !UNKNOWN_THERE.has(code) && (answer.status === 303 || answer.status === 408 || answer.status >= 500)
        ? 'maybe'
        : 'no',
    status: answer.status,
    ...defined({ operator, about, said: said || undefined }),
  });
}
