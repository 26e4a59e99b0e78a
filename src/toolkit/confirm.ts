import * as z from 'zod';
import { type Clock, timePassed } from '../base/clock.ts';
import type { ConfirmMode } from '../settings/schema.ts';

/** What a call offers as its confirmation code: none, one that fits this very call, or one that does not. */
export type OfferedCode = 'none' | 'fits' | 'wrong';

/** What happens next, before anything is lost. */
export type Step = 'ask_by_form' | 'hand_out_code' | 'proceed' | 'refuse';

/**
 * The one decision before anything is lost. A client that shows forms is asked by form and a code from the model is
 * ignored there, so that a model alone cannot pass; a code counts only where forms do not decide.
 *
 * @param mode the operator's setting
 * @param forms does the client declare form elicitation
 * @param code what this call offers
 */
export function nextStep(mode: ConfirmMode, forms: boolean, code: OfferedCode): Step {
  if (mode !== 'code' && forms) return 'ask_by_form';
  if (mode === 'elicitation') return 'refuse';
  return code === 'fits' ? 'proceed' : 'hand_out_code';
}

/** How a form came back. Everything but a plain yes leaves all as it is. */
export type FormAnswer = 'yes' | 'no' | 'malformed';

const YES = z.object({ action: z.literal('accept'), content: z.object({ confirm: z.literal(true) }) });
const NO = z.object({ action: z.enum(['accept', 'decline', 'cancel']) });

/** Only `accept` with the boolean `true` is a yes: an accept without content would pass the SDK's own check. */
export function readForm(answer: unknown): FormAnswer {
  if (YES.safeParse(answer).success) return 'yes';
  return NO.safeParse(answer).success ? 'no' : 'malformed';
}

/** A form of one required boolean without a default, as MCP's `elicitation/create` takes it. */
export const formParams = (question: Pick<ConfirmationRequest, 'message' | 'label'>) => ({
  message: question.message,
  requestedSchema: {
    type: 'object' as const,
    properties: { confirm: { type: 'boolean' as const, title: question.label } },
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

export interface ConfirmationRequest {
  readonly tool: string;
  /** The arguments the yes is for, without the code: another set of arguments needs another yes. */
  readonly args: Readonly<Record<string, unknown>>;
  /** What the person is shown of the target, as far as a yes is for this and for nothing else: a thread's name. */
  readonly boundTo?: unknown;
  /** What is lost, which app it is, all in words for a person. */
  readonly message: string;
  /** The words beside the box to tick. */
  readonly label: string;
}

export type Decision =
  | { readonly kind: 'yes'; readonly by: 'form' | 'code' }
  | { readonly kind: 'code'; readonly code: string; readonly expiresAt: number; readonly wrongCode: boolean }
  | { readonly kind: 'no'; readonly why: 'declined' | 'timed_out' | 'failed' | 'no_forms' };

/** A code lives as long as a form stays open, in milliseconds. */
export const ANSWER_TIME_MS = 5 * 60_000;
/** While a person thinks, the client is told that the call is alive. */
const HEARTBEAT_MS = 15_000;
const MOST_CODES = 100;

/** One-time codes, each bound to a tool and its exact arguments. */
interface Codes {
  issue(binding: string): { code: string; expiresAt: number };
  /** Uses the code up where it fits. */
  redeem(binding: string, code: string): boolean;
}

const bindingOf = ({ tool, args, boundTo }: ConfirmationRequest): string =>
  JSON.stringify([tool, Object.entries(args).sort(([a], [b]) => (a < b ? -1 : 1)), boundTo ?? null]);

/** Letters and digits that are not mistaken for one another; 8 of them are 40 bits for five minutes. */
const ALPHABET = '23456789ABCDEFGHJKLMNPQRSTUVWXYZ';
/** By the global `crypto`: importing node:crypto would cost each start a few milliseconds. */
const newCode = (): string =>
  Array.from(crypto.getRandomValues(new Uint8Array(8)), (byte) => ALPHABET[byte % ALPHABET.length]).join('');

function createCodes(clock: Clock): Codes {
  // Not by the clock alone: where that is set back, no code lives longer for it.
  const passed = timePassed(clock);
  const open = new Map<string, { code: string; until: number }>();
  return {
    issue(binding) {
      // One open code a binding: a new preview makes the code of the old one worthless.
      open.delete(binding);
      for (const key of open.keys()) {
        if (open.size < MOST_CODES) break;
        open.delete(key);
      }
      const code = newCode();
      open.set(binding, { code, until: passed() + ANSWER_TIME_MS });
      return { code, expiresAt: clock.now() + ANSWER_TIME_MS };
    },
    redeem(binding, code) {
      const issued = open.get(binding);
      if (issued === undefined || issued.code !== code || passed() >= issued.until) return false;
      open.delete(binding);
      return true;
    },
  };
}

/** How the gate reaches a person through the client at hand. */
export interface Asker {
  readonly forms: boolean;
  /** Shows the form; rejects where the client fails to, or when the signal ends the wait. */
  readonly show: (question: ConfirmationRequest, signal: AbortSignal) => Promise<unknown>;
  /** Tells the client that the call is alive; does nothing where it did not ask to be told. */
  readonly heartbeat: (message: string) => void;
}

export type Gate = (
  question: ConfirmationRequest,
  code: string | undefined,
  asker: Asker,
  signal: AbortSignal,
) => Promise<Decision>;

/** Makes the gate that every deletion and removal passes. */
export function createGate(mode: ConfirmMode, clock: Clock): Gate {
  const codes = createCodes(clock);
  return async (question, code, asker, signal) => {
    const binding = bindingOf(question);
    const byForm = nextStep(mode, asker.forms, 'none') === 'ask_by_form';
    // A code is looked at only where it counts, so that a form's call does not use one up.
    const offered = code === undefined ? 'none' : !byForm && codes.redeem(binding, code) ? 'fits' : 'wrong';
    switch (nextStep(mode, asker.forms, offered)) {
      case 'ask_by_form':
        return askByForm(question, asker, clock, signal);
      case 'hand_out_code':
        return { kind: 'code', ...codes.issue(binding), wrongCode: offered === 'wrong' };
      case 'proceed':
        return { kind: 'yes', by: 'code' };
      case 'refuse':
        return { kind: 'no', why: 'no_forms' };
    }
  };
}

async function askByForm(
  question: ConfirmationRequest,
  asker: Asker,
  clock: Clock,
  signal: AbortSignal,
): Promise<Decision> {
  signal.throwIfAborted();
  // A signal of its own: the call's signal may fire after the answer, and must not cancel a question already answered.
  const wait = new AbortController();
  let timedOut = false;
  const cancelTimeout = clock.after(ANSWER_TIME_MS, () => {
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
  try {
    const answer = readForm(await asker.show(question, wait.signal));
    // A yes that arrives after the client gave up the call must delete nothing.
    signal.throwIfAborted();
    if (timedOut) return { kind: 'no', why: 'timed_out' };
    if (answer === 'yes') return { kind: 'yes', by: 'form' };
    return { kind: 'no', why: answer === 'no' ? 'declined' : 'failed' };
  } catch {
    signal.throwIfAborted();
    return { kind: 'no', why: timedOut ? 'timed_out' : 'failed' };
  } finally {
    cancelTimeout();
    cancelBeat();
    signal.removeEventListener('abort', onAbort);
  }
}
