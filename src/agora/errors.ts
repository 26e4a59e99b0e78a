/**
 * Could the request that failed have changed something? `no`: the service surely did nothing (it refused, or never
 * saw the request). `maybe`: it may have done the work before the failure (a lost answer, a gateway's 5xx).
 */
export type Landed = 'no' | 'maybe';

/** Is it worth making the same call again? `later` for limits and faults of the service, `never` for all else. */
export type Retry = 'never' | 'later';

export interface AgoraErrorFacts {
  /** A stable word for the kind of failure, e.g. `thread_not_found`. */
  readonly code: string;
  /** One sentence without its full stop: what is wrong. */
  readonly what: string;
  /** One sentence: what the caller can do about it. */
  readonly next: string;
  readonly retry: Retry;
  /** Of the whole call: `maybe` as soon as one of its attempts may have landed. */
  readonly landed: Landed;
  /** A passing fault: the same request may fare better in a moment, so it is sent again where that is safe. */
  readonly passing?: boolean;
  /** How long the service asks to be left alone, in milliseconds. */
  readonly retryAfterMs?: number;
  /** The names of the arguments that the failure is about. */
  readonly about?: readonly string[];
  /** The HTTP status, where there was an answer. */
  readonly status?: number;
  /** The service's own words, as they came: not safe to show before escaping. */
  readonly said?: string;
}

/** A failed call to Agora Chat, told in words that a person or a model can act on. */
export class AgoraError extends Error {
  override readonly name = 'AgoraError';
  readonly facts: AgoraErrorFacts;

  constructor(facts: AgoraErrorFacts, options?: ErrorOptions) {
    super(`${facts.code}: ${facts.what}`, options);
    this.facts = facts;
  }

  get code(): string {
    return this.facts.code;
  }

  /** The same failure with some facts changed. */
  with(facts: Partial<AgoraErrorFacts>): AgoraError {
    return new AgoraError({ ...this.facts, ...facts }, { cause: this.cause });
  }
}
