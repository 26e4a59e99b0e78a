import * as z from 'zod';
import { type Clock, timePassed } from '../base/clock.ts';
import type { ConfirmMode } from '../settings/schema.ts';

/** The confirmation code of a call: none, one issued for exactly this call, or any other. */
export type OfferedCode = 'none' | 'fits' | 'wrong';

/** What the gate does before anything is lost. */
export type Step = 'ask_by_form' | 'hand_out_code' | 'proceed' | 'refuse';

/**
 * The one decision before anything is lost. A client that shows forms is asked by form, and a code from the model is
 * ignored there, so that no model can pass by itself; a code counts only where no form is used.
 *
 * @param mode the operator's setting
 * @param forms whether the client declares form elicitation
 * @param code the code that the call brings
 */
export function nextStep(mode: ConfirmMode, forms: boolean, code: OfferedCode): Step {
  if (mode !== 'code' && forms) return 'ask_by_form';
  if (mode === 'elicitation') return 'refuse';
  return code === 'fits' ? 'proceed' : 'hand_out_code';
}

/** How a form came back. Anything but a plain yes changes nothing. */
export type FormAnswer = 'yes' | 'no' | 'malformed';

const YES = z.object({ action: z.literal('accept'), content: z.object({ confirm: z.literal(true) }) });
const NO = z.object({ action: z.enum(['accept', 'decline', 'cancel']) });

/** Only `accept` with the boolean `true` is a yes; the SDK itself would let an accept without content pass. */
export function readForm(answer: unknown): FormAnswer {
  if (YES.safeParse(answer).success) return 'yes';
  return NO.safeParse(answer).success ? 'no' : 'malformed';
}

/** The parameters of MCP's `elicitation/create`: one required boolean without a default. */
export const formParams = (question: Pick<ConfirmationRequest, 'message' | 'label'>) => ({
  message: question.message,
  requestedSchema: {
    type: 'object' as const,
    properties: { confirm: { type: 'boolean' as const, title: question.label } },
    required: ['confirm'],
  },
});

/** An `elicitation` without `form` and `url` means forms (MCP 2025-11-25). */
const declared = z.object({ elicitation: z.object({ form: z.unknown().optional(), url: z.unknown().optional() }) });

/** Has the client declared that it shows forms? */
export function showsForms(capabilities: unknown): boolean {
  const parsed = declared.safeParse(capabilities);
  if (!parsed.success) return false;
  const { form, url } = parsed.data.elicitation;
  return form !== undefined ? form !== null : url === undefined;
}

export interface ConfirmationRequest {
  readonly tool: string;
  /** The arguments, without the code: other arguments need another yes. */
  readonly args: Readonly<Record<string, unknown>>;
  /** What else the yes is only valid for: the thread's name as the person was shown it. */
  readonly boundTo?: unknown;
  /** What is lost and in which app, in words for a person. */
  readonly message: string;
  /** The text beside the box to tick. */
  readonly label: string;
}

export type Decision =
  | { readonly kind: 'yes'; readonly by: 'form' | 'code' }
  | { readonly kind: 'code'; readonly code: string; readonly expiresAt: number; readonly wrongCode: boolean }
  | { readonly kind: 'no'; readonly why: 'declined' | 'timed_out' | 'failed' | 'no_forms' };

/** How long a form stays open and a code is valid, in milliseconds. */
export const ANSWER_TIME_MS = 5 * 60_000;
/** How often the client is told that the call is alive, while a person thinks. */
const HEARTBEAT_MS = 15_000;
const MOST_CODES = 100;

/** One-time codes, each bound to a tool and its exact arguments. */
interface Codes {
  issue(binding: string): { code: string; expiresAt: number };
  /** Uses up the code if it fits. */
  redeem(binding: string, code: string): boolean;
}

const bindingOf = ({ tool, args, boundTo }: ConfirmationRequest): string =>
  JSON.stringify([tool, Object.entries(args).sort(([a], [b]) => (a < b ? -1 : 1)), boundTo ?? null]);

/** Without letters and digits that look alike; 8 of them are 40 bits. */
const ALPHABET = '23456789ABCDEFGHJKLMNPQRSTUVWXYZ';
/** Uses the global `crypto`, since importing node:crypto would make each start a few milliseconds slower. */
const newCode = (): string =>
  Array.from(crypto.getRandomValues(new Uint8Array(8)), (byte) => ALPHABET[byte % ALPHABET.length]).join('');

function createCodes(clock: Clock): Codes {
  // Elapsed time, so that setting back the clock extends no code.
  const passed = timePassed(clock);
  const open = new Map<string, { code: string; until: number }>();
  return {
    issue(binding) {
      // A new preview replaces the code of the old one.
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
  /** Shows the form; rejects if the client fails to, or when the signal aborts. */
  readonly show: (question: ConfirmationRequest, signal: AbortSignal) => Promise<unknown>;
  /** Tells the client that the call is alive, if it asked for progress. */
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
    // Only redeemed where codes count, so that a call that asks by form uses none up.
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
  // A separate signal: the call's own may fire after the answer, and must not cancel a question already answered.
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
