import type { Endpoint } from './endpoints.ts';

/** Checked before each sending of a request that may only be sent while a condition holds. */
export interface Guard {
  /**
   * Looks whether the request may be sent; rejects where it may not, and says whether the work has perhaps been done.
   *
   * @param mayHaveLanded has an earlier sending perhaps done the work?
   */
  check(mayHaveLanded: boolean): Promise<void>;
  /** Is the last check recent enough to send by? */
  isFresh(): boolean;
}

/** When and under which conditions a call is sent. */
export interface Sending {
  /** Aborted when no wait for a permit or a retry should go on; what is on its way may still be answered. */
  readonly waits?: AbortSignal;
  /** Calls with a turn get their permits before all others, the lowest turn first. */
  readonly turn?: number;
  readonly guard?: Guard;
  /** Called when a wait for a permit begins; what it returns, when that wait is over. */
  readonly onWait?: () => () => void;
}

/** One call as data: what is sent, and what a 200 must hold. */
export interface ApiCall<T> extends Sending {
  readonly endpoint: Endpoint;
  /** Those that the path asks for, in order and not yet encoded. */
  readonly ids?: readonly string[];
  readonly query?: Readonly<Record<string, string>>;
  /** Sent as JSON. Removing members is a DELETE with a body. */
  readonly body?: unknown;
  /** Reads the JSON of a 200; throws a ZodError where it is not as documented. */
  readonly answer: (json: unknown) => T;
  /** Called when the request is sent again although an earlier attempt may have landed. */
  readonly onResend?: () => void;
}

/** Sends one call and returns its parsed answer, or throws an `AgoraError`; aborting throws the signal's reason. */
export type Send = <T>(call: ApiCall<T>, signal: AbortSignal) => Promise<T>;
