import * as z from 'zod';
import { type Clock, timePassed } from '../base/clock.ts';
import type { ConfirmMode } from '../settings/schema.ts';
import type { CallTime } from './call-time.ts';
import { type Binding, createCodes } from './confirmation-codes.ts';
import type { ConfirmedBy } from './confirmed-by.ts';

/** What happens next, before anything is lost. */
export type Step = 'ask_by_form' | 'hand_out_code' | 'refuse';

/**
 * The one decision before anything is lost. A client that shows forms is asked by form, so that a model alone cannot
 * pass; a code is handed out only where forms do not decide.
 *
 * @param mode the operator's setting
 * @param forms does the client declare form elicitation?
 */
export function nextStep(mode: ConfirmMode, forms: boolean): Step {
  if (mode === 'code') return 'hand_out_code';
  if (forms) return 'ask_by_form';
  return mode === 'auto' ? 'hand_out_code' : 'refuse';
}

/** How a form came back. Everything but a plain yes leaves all as it is. */
export type FormAnswer = 'yes' | 'declined' | 'dismissed' | 'not_ticked' | 'failed';

const answered = z.object({ action: z.enum(['accept', 'decline', 'cancel']), content: z.unknown().optional() });
const ticked = z.object({ confirm: z.literal(true) });
const notTicked = z.object({ confirm: z.literal(false) });

/** Only `accept` with the boolean `true` is a yes: an accept without content would pass the SDK's own check. */
export function readForm(answer: unknown): FormAnswer {
  const parsed = answered.safeParse(answer);
  if (!parsed.success) return 'failed';
  const { action, content } = parsed.data;
  if (action === 'decline') return 'declined';
  if (action === 'cancel') return 'dismissed';
  if (ticked.safeParse(content).success) return 'yes';
  return notTicked.safeParse(content).success ? 'not_ticked' : 'failed';
}

/** What a person is asked, in their language. */
export interface Question {
  readonly message: string;
  /** The words beside the box to tick. */
  readonly title: string;
}

/** A form of one required boolean, as MCP's `elicitation/create` takes it. Without a default hosts preselect "yes". */
export const formParams = ({ message, title }: Question) => ({
  message,
  requestedSchema: {
    type: 'object' as const,
    properties: { confirm: { type: 'boolean' as const, title, default: false } },
    required: ['confirm'],
  },
});

/** Has the client declared that it shows forms? Without `form` and `url` an `elicitation` means forms (MCP 2025-11-25). */
const declared = z.object({ elicitation: z.object({ form: z.unknown().optional(), url: z.unknown().optional() }) });

export function showsForms(capabilities: unknown): boolean {
  const parsed = declared.safeParse(capabilities);
  if (!parsed.success) return false;
  const { form, url } = parsed.data.elicitation;
  return form !== undefined ? form !== null : url === undefined;
}

/** A yes, and what the person was shown when they said it. */
export interface Yes<Kept> {
  readonly by: ConfirmedBy;
  readonly kept: Kept;
}

export type No = Exclude<FormAnswer, 'yes'> | 'declined_at_once' | 'timed_out' | 'no_forms';

export type Decision =
  | { readonly kind: 'yes'; readonly by: ConfirmedBy }
  | { readonly kind: 'code'; readonly code: string; readonly expiresAt: number }
  | { readonly kind: 'no'; readonly why: No };

/** A form is closed after this time, in milliseconds. */
export const FORM_TIME_MS = 5 * 60_000;
/** While a person thinks, the client is told that the call is alive. */
const HEARTBEAT_MS = 15_000;
/** Nobody reads a question faster: the client may have answered by itself. */
const TOO_FAST_MS = 1_000;

/** How the gate reaches a person through the client at hand. */
export interface Asker {
  readonly forms: boolean;
  /** Shows the form; rejects where the client fails to, or when the signal ends the wait. */
  readonly show: (question: Question, signal: AbortSignal) => Promise<unknown>;
  /** Tells the client that the call is alive; does nothing where it did not ask for progress. */
  readonly heartbeat: (message: string) => void;
}

/** The one gate that every deletion and removal passes; one per session. */
export interface Gate<Kept> {
  /** The yes that a code stands for. Undefined where the code does not count for this very call; then the gate asks. */
  redeem(binding: Binding, code: string, forms: boolean): Yes<Kept> | undefined;
  /** Asks the person, or hands out a code for a second call. */
  ask(binding: Binding, question: Question, kept: Kept, asker: Asker, time: CallTime): Promise<Decision>;
  /** A code for what a yes could not do in its call. It is the same yes, so it counts in every mode. */
  carryOn(binding: Binding, yes: Yes<Kept>): { readonly code: string; readonly expiresAt: number };
}

/** @param formIs what an accepted form proves: our own command line answers forms for a terminal or a flag */
export function createGate<Kept>(
  mode: ConfirmMode,
  clock: Clock,
  formIs: Extract<ConfirmedBy, 'form' | 'terminal' | 'flag'>,
): Gate<Kept> {
  const codes = createCodes<Yes<Kept> & { readonly asked: boolean }>(clock);
  return {
    redeem(binding, code, forms) {
      const yes = codes.redeem(binding, code, ({ asked }) => asked || nextStep(mode, forms) === 'hand_out_code');
      return yes && { by: yes.by, kept: yes.kept };
    },
    async ask(binding, question, kept, asker, time) {
      switch (nextStep(mode, asker.forms)) {
        case 'ask_by_form': {
          const answer = await time.pause(() => askByForm(question, asker, clock, time.signal));
          return answer === 'yes' ? { kind: 'yes', by: formIs } : { kind: 'no', why: answer };
        }
        case 'hand_out_code':
          return { kind: 'code', ...codes.issue(binding, { by: 'code', kept, asked: false }) };
        case 'refuse':
          return { kind: 'no', why: 'no_forms' };
      }
    },
    carryOn: (binding, yes) => codes.issue(binding, { ...yes, asked: true }),
  };
}

async function askByForm(question: Question, asker: Asker, clock: Clock, signal: AbortSignal): Promise<'yes' | No> {
  signal.throwIfAborted();
  // A signal of its own: the call's may fire after the answer, and must not cancel a question already answered.
  const wait = new AbortController();
  let timedOut = false;
  const cancelTimeout = clock.after(FORM_TIME_MS, () => {
    timedOut = true;
    wait.abort();
  });
  const onAbort = () => wait.abort(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  let cancelBeat = (): void => {};
  const beat = () => {
    cancelBeat = clock.after(HEARTBEAT_MS, () => {
      asker.heartbeat("Waiting for the user's answer");
      beat();
    });
  };
  beat();
  const elapsed = timePassed(clock);
  try {
    const answer = readForm(await asker.show(question, wait.signal));
    // A yes that arrives after the client gave up the call must delete nothing.
    signal.throwIfAborted();
    if (timedOut) return 'timed_out';
    return answer === 'declined' && elapsed() < TOO_FAST_MS ? 'declined_at_once' : answer;
  } catch {
    signal.throwIfAborted();
    return timedOut ? 'timed_out' : 'failed';
  } finally {
    cancelTimeout();
    cancelBeat();
    signal.removeEventListener('abort', onAbort);
  }
}
