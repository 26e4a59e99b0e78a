import { capitalised } from '../base/wording.ts';

/** Is it worth making the same call again? `later` for limits and faults of the service, `never` for all else. */
export type Retry = 'never' | 'later';

/** What can be done about a failure, in one sentence. */
export interface NextStep {
  /** For the caller. */
  readonly next: string;
  /** For the operator themselves; absent where it is the same. */
  readonly operator?: string;
}

/** A step that only the operator can take. */
export const askOperator = (step: string): NextStep => ({
  next: `Ask the operator to ${step}`,
  operator: capitalised(step),
});

/** A failure that often passes by itself. */
export const tryAgainOrAskOperator = (step: string): NextStep => ({
  next: `Call again in a moment; if it stays, ask the operator to ${step}`,
  operator: `Run this again in a moment; if it stays, ${step}`,
});
