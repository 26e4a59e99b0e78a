import * as z from 'zod';

/** The calls that a fault can be put on. */
export const ENDPOINTS = [
  'create',
  'rename',
  'delete',
  'list',
  'list_user',
  'list_user_group',
  'members',
  'add_members',
  'remove_members',
  'token',
  'get',
  'list_group',
  'list_groups',
  'list_user_groups',
  'list_joined_groups',
  'group_members',
  'get_groups',
  'get_user',
] as const;

export type Endpoint = (typeof ENDPOINTS)[number];

interface Where {
  /** The call it strikes; `*` for any request, known or not. */
  readonly on: Endpoint | '*';
  /** How often it strikes; without it, always. */
  readonly times?: number | undefined;
  /** How many matching requests pass before it first strikes. */
  readonly skip?: number | undefined;
}

/** Answers late. The work is done when the wait is over, also where the client has gone by then. */
interface Latency extends Where {
  readonly kind: 'latency';
  /** Milliseconds. */
  readonly ms: number;
}

/** Answers with a status and does not do the work. */
interface Status extends Where {
  readonly kind: 'status';
  readonly status: number;
  /** For `error` in the body. */
  readonly error?: string | undefined;
  /** For `error_description`. */
  readonly description?: string | undefined;
  /** For the header Retry-After: seconds, or a date as HTTP writes it. */
  readonly retry_after?: number | string | undefined;
  /** In place of the whole body: a string as it stands, anything else as JSON. */
  readonly body?: unknown;
}

/** 429 `reach_limit`, as when the calls of a second are used up; the work is not done. */
interface RateLimited extends Where {
  readonly kind: 'rate_limit';
  readonly retry_after?: number | string | undefined;
}

/** A gateway's page in place of an answer; the work is not done. */
interface Html extends Where {
  readonly kind: 'html';
  /** 200 without it. */
  readonly status?: number | undefined;
}

interface Plain extends Where {
  readonly kind:
    | 'reset_before' // the connection breaks before the work is done
    | 'reset_after' // the work is done, then the connection breaks without an answer
    | 'no_answer' // the work is done, and no answer ever comes
    | 'no_answer_before' // neither is the work done nor does an answer come
    | 'cut_body' // the work is done; the connection breaks in the middle of the answer's body
    | 'expired_token' // 401, whatever the token
    | 'stuck_cursor' // a list gives the cursor that it was asked with, so that it never ends
    | 'empty_body'; // the work is done; a 200 comes without a body
}

/**
 * One scripted misfortune. For each request the faults are gone through in their order; the first that matches and is
 * neither skipping nor used up strikes, and the ones behind it do not count that request.
 */
export type Fault = Latency | Status | RateLimited | Html | Plain;

/** Faults that cannot be used: one line for each field at fault, with what is expected there. */
export class FaultsError extends Error {
  override readonly name = 'FaultsError';
  readonly lines: readonly string[];

  constructor(lines: readonly string[]) {
    super(`The faults cannot be used:\n${lines.join('\n')}`);
    this.lines = lines;
  }
}

/**
 * Reads a faults file: a JSON array of faults, in the order in which they are to be tried.
 *
 * @throws FaultsError
 */
export function parseFaults(json: unknown): Fault[] {
  const parsed = schema().safeParse(json);
  if (parsed.success) return parsed.data;
  throw new FaultsError(parsed.error.issues.map(({ path, message }) => `  ${where(path)}: ${message}`));
}

function where(path: readonly PropertyKey[]): string {
  const text = path.map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`)).join('');
  return `faults${text}`;
}

/** Made when first needed: a program that reads no faults file need not pay for it. */
function schema(): z.ZodType<Fault[]> {
  const common = {
    on: z.enum([...ENDPOINTS, '*']),
    times: z.int().min(1).optional(),
    skip: z.int().min(0).optional(),
  };
  const status = z.int().min(200).max(599);
  const retry_after = z.union([z.int().min(0), z.string().min(1)], 'expected seconds or an HTTP date').optional();
  const plain = z.enum([
    'reset_before',
    'reset_after',
    'no_answer',
    'no_answer_before',
    'cut_body',
    'expired_token',
    'stuck_cursor',
    'empty_body',
  ]);
  const kinds = ['latency', 'status', 'rate_limit', 'html', ...plain.options];
  const fault = z.discriminatedUnion(
    'kind',
    [
      z.strictObject({ ...common, kind: z.literal('latency'), ms: z.int().min(0).max(600_000) }),
      z.strictObject({
        ...common,
        kind: z.literal('status'),
        status,
        error: z.string().optional(),
        description: z.string().optional(),
        retry_after,
        body: z.unknown().optional(),
      }),
      z.strictObject({ ...common, kind: z.literal('rate_limit'), retry_after }),
      z.strictObject({ ...common, kind: z.literal('html'), status: status.optional() }),
      z.strictObject({ ...common, kind: plain }),
    ],
    {
      error: (issue) => (issue.code === 'invalid_union' ? `expected one of ${kinds.join(', ')}` : 'expected an object'),
    },
  );
  return z.array(fault, 'expected an array of faults');
}
