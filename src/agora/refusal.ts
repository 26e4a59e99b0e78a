import type { NextStep, Retry } from './next-step.ts';

/** What a refusal is about: a parameter of the vendor's calls. */
export type Subject = 'thread' | 'group' | 'message' | 'user' | 'owner' | 'name';

interface Refusal<Code extends string> extends NextStep {
  readonly code: Code;
  readonly what: string;
  readonly retry?: Retry;
  readonly about?: readonly Subject[];
}

/** What the service refuses, and how that is recognised. */
export interface Row<Code extends string = string> extends Refusal<Code> {
  /** HTTP statuses the row may come with; a text that matches counts under any 4xx (sources disagree on statuses). */
  readonly status: readonly number[];
  /** Beginnings of `error_description`, lower case, without the stray dots and spaces that the service puts in. */
  readonly says?: readonly string[];
  /** Values of `error`, used where no text matches. */
  readonly types?: readonly string[];
  /** Values of `error_code`, a bonus of newer servers (the web SDKs map them, no document lists them). */
  readonly numbers?: readonly number[];
}

/** For statuses that no row fits. */
export interface Fallback<Code extends string = string> extends Refusal<Code> {
  readonly from: number;
  readonly to: number;
}
