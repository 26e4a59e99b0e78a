import type { OwnCode } from '../base/error-codes.ts';
import type { NextStep, Retry } from './next-step.ts';
import type { Subject, VendorCode } from './vendor-rows.ts';

/** A stable word for the kind of a failure, e.g. `thread_not_found`. */
export type ErrorCode = OwnCode | VendorCode;

/**
 * Could the request that failed have changed something? `no`: the service certainly did nothing (it refused, or never
 * saw the request). `maybe`: it may have done the work before the failure (a lost answer, a gateway's 5xx).
 */
export type Landed = 'no' | 'maybe';

/** Why an answer with a good status cannot be read, for words in another language. */
export type Unreadable =
  | 'status'
  | 'empty'
  | 'not_json'
  | 'error_in_success'
  | 'undocumented'
  | 'too_large'
  | 'cut_short'
  | 'other_thread'
  | 'other_group';

export interface AgoraErrorFacts extends NextStep {
  readonly code: ErrorCode;
  /** What is wrong, in one sentence without its full stop. */
  readonly what: string;
  /** What `what` says of this very case in no language, for words in another one: an address, a code, a time limit. */
  readonly detail?: string;
  /** Of an `unreadable_answer`. */
  readonly why?: Unreadable;
  readonly retry: Retry;
  /** Of the whole call: `maybe` as soon as one of its attempts may have landed. */
  readonly landed: Landed;
  /** The same request may succeed in a moment, so it is sent again where that is safe. */
  readonly passing?: boolean;
  /** How long the service asks to be left alone, in milliseconds. */
  readonly retryAfterMs?: number;
  readonly about?: readonly Subject[];
  /** The HTTP status, where there was an answer. */
  readonly status?: number;
  /** The service's own words, as they came: not safe to show before escaping. */
  readonly said?: string;
}

/** Most failures of our own come before anything is sent, and the same call would meet them again. */
const BY_DEFAULT = { retry: 'never', landed: 'no' } as const;
/** The facts of a new failure. */
export type NewFacts = Omit<AgoraErrorFacts, keyof typeof BY_DEFAULT> & Partial<AgoraErrorFacts>;

/** A failed call to Agora Chat. */
export class AgoraError extends Error {
  override readonly name = 'AgoraError';
  readonly facts: AgoraErrorFacts;

  constructor(facts: NewFacts, options?: ErrorOptions) {
    super(`${facts.code}: ${facts.what}`, options);
    this.facts = { ...BY_DEFAULT, ...facts };
  }

  get code(): ErrorCode {
    return this.facts.code;
  }

  /** The same failure with some facts changed. */
  with(facts: Partial<AgoraErrorFacts>): AgoraError {
    return new AgoraError({ ...this.facts, ...facts }, { cause: this.cause });
  }
}

/** The value, or the failure of a call to Agora Chat as a value. Anything else that is thrown is thrown on. */
export const orRefusal = <T>(call: Promise<T>): Promise<T | AgoraError> =>
  call.catch((error: unknown) => {
    if (error instanceof AgoraError) return error;
    throw error;
  });

/** Was there no time left to send it, since the call's time was over or the server ends? */
export const isOutOfTime = ({ code }: AgoraError): boolean => code === 'out_of_time' || code === 'server_ending';

/** Was it not sent for want of time or of a call slot? Then nothing speaks against sending it in another call. */
export const isUntried = (error: AgoraError): boolean => isOutOfTime(error) || error.code === 'local_rate_limit';
