import * as z from 'zod';
import { ENDPOINTS, type Endpoint } from './find-call.ts';

/** The kinds that need no settings. */
const PLAIN = [
  'reset_before', // the connection breaks before the work is done
  'reset_after', // the work is done, then the connection breaks without an answer
  'no_answer', // the work is done, but no answer ever comes
  'no_answer_before', // neither is the work done nor does an answer come
  'cut_body', // the work is done; the connection breaks in the middle of the answer's body
  'expired_token', // 401, whatever the token
  'stuck_cursor', // a list returns the cursor it was given, so it never ends
  'empty_body', // the work is done; the answer is a 200 without a body
] as const;

/**
 * One scripted fault. Each request gets the first fault that matches it and is neither skipping nor used up; the faults
 * after it do not count that request.
 */
export type Fault = z.output<ReturnType<typeof faultSchema>>;

/** A function, since only a program that reads a faults file needs the schema. */
function faultSchema() {
  const common = {
    /** `*` for any request, even to an unknown address. */
    on: z.enum([...ENDPOINTS, '*']),
    /** How often the fault happens; always if not set. */
    times: z.int().min(1).optional(),
    /** How many matching requests come before the first fault. */
    skip: z.int().min(0).optional(),
  };
  const status = z.int().min(200).max(599);
  /** Seconds, or a date in HTTP's format. */
  const retry_after = z.union([z.int().min(0), z.string().min(1)], 'expected seconds or an HTTP date').optional();
  const kinds = ['latency', 'status', 'rate_limit', 'html', ...PLAIN];
  return z.discriminatedUnion(
    'kind',
    [
      // Answers late. The work is done after the wait, even if the client has gone by then.
      z.strictObject({ ...common, kind: z.literal('latency'), ms: z.int().min(0).max(600_000) }),
      // Answers with this status and does not do the work.
      z.strictObject({
        ...common,
        kind: z.literal('status'),
        status,
        error: z.string().optional(),
        /** For `error_description`. */
        description: z.string().optional(),
        retry_after,
        /** Replaces the whole body: a string is sent unchanged, anything else as JSON. */
        body: z.unknown().optional(),
      }),
      // 429 `reach_limit`; the work is not done.
      z.strictObject({ ...common, kind: z.literal('rate_limit'), retry_after }),
      // A gateway's HTML page with this status, 200 if not set; the work is not done.
      z.strictObject({ ...common, kind: z.literal('html'), status: status.optional() }),
      z.strictObject({ ...common, kind: z.enum(PLAIN) }),
    ],
    {
      error: (issue) => (issue.code === 'invalid_union' ? `expected one of ${kinds.join(', ')}` : 'expected an object'),
    },
  );
}

/** Faults that cannot be used: one line for each wrong field, with what is expected there. */
export class FaultsError extends Error {
  override readonly name = 'FaultsError';
  readonly lines: readonly string[];

  constructor(lines: readonly string[]) {
    super(`The faults cannot be used:\n${lines.join('\n')}`);
    this.lines = lines;
  }
}

/**
 * Reads a faults file: a JSON array of faults, in the order in which they are tried.
 *
 * @throws FaultsError
 */
export function parseFaults(json: unknown): Fault[] {
  const parsed = z.array(faultSchema(), 'expected an array of faults').safeParse(json);
  if (parsed.success) return parsed.data;
  throw new FaultsError(parsed.error.issues.map(({ path, message }) => `  ${where(path)}: ${message}`));
}

function where(path: readonly PropertyKey[]): string {
  const text = path.map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`)).join('');
  return `faults${text}`;
}

/**
 * Chooses the fault for a request, and counts its `skip` and `times` down.
 *
 * @param endpoint undefined for an unknown address, which only `*` matches
 */
export function nextFault(faults: readonly Fault[], endpoint: Endpoint | undefined): Fault | undefined {
  for (const fault of faults) {
    if (fault.on !== '*' && fault.on !== endpoint) continue;
    const { skip = 0, times = Number.POSITIVE_INFINITY } = fault;
    if (skip > 0) fault.skip = skip - 1;
    else if (times > 0) {
      fault.times = times - 1;
      return fault;
    }
  }
  return undefined;
}
