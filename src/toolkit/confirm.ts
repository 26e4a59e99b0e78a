import * as z from 'zod';
import { type Clock, timePassed } from '../base/clock.ts';
import type { ConfirmMode } from '../settings/schema.ts';
import type { CallTime } from './call-time.ts';
import { type Binding, createCodes } from './confirmation-codes.ts';
import type { ConfirmedBy } from './confirmed-by.ts';
import type { ToolContext, ToolResult } from './define-tool.ts';
import { type Asked, createQuestions, type OpenQuestion, type OpenQuestions } from './open-questions.ts';
import { hasCodeBeside, nextStep, type Shows } from './way-to-ask.ts';

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

/** A yes, and what the person was shown when they said it. */
export interface Yes<Kept> {
  readonly by: ConfirmedBy;
  /** In milliseconds since 1970. */
  readonly at: number;
  readonly kept: Kept;
}

export type No = Exclude<FormAnswer, 'yes'> | 'declined_at_once' | 'timed_out' | 'no_way_to_ask' | 'server_ending';

export type Decision<Kept> =
  | { readonly kind: 'yes'; readonly yes: Yes<Kept> }
  | { readonly kind: 'code'; readonly code: string; readonly expiresAt: number }
  | { readonly kind: 'click'; readonly open: OpenQuestion<Kept> }
  | { readonly kind: 'no'; readonly why: No };

/** A form is closed after this time, in milliseconds. */
export const FORM_TIME_MS = 5 * 60_000;
/** While a person thinks, the client is told that the call is alive. */
const HEARTBEAT_MS = 15_000;
/** Nobody reads a question faster: the client may have answered by itself. */
const TOO_FAST_MS = 1_000;

/** How the gate reaches a person through the client at hand. */
export interface Asker {
  readonly shows: Shows;
  /** Shows the form; rejects where the client fails to, or when the signal ends the wait. */
  readonly show: (question: Question, signal: AbortSignal) => Promise<unknown>;
  /** Tells the client that the call is alive; does nothing where it did not ask for progress. */
  readonly heartbeat: (message: string) => void;
}

/** The one gate that every deletion and removal passes; one per session. */
export interface Gate<Kept> extends Pick<OpenQuestions<Kept>, 'answer' | 'untold'> {
  /** The yes that a code stands for. Undefined where the code does not count for this very call; then the gate asks. */
  redeem(binding: Binding, code: string, shows: Shows): Yes<Kept> | undefined;
  /** The same for a code beside a view. The question in the view shows the outcome too, so it is the one that acts. */
  redeemBesideView(binding: Binding, code: string, shows: Shows, context: ToolContext): Promise<ToolResult> | undefined;
  /** Asks the person by form, opens a question in a view, or hands out a code for a second call. */
  ask(asked: Asked<Kept>, asker: Asker, time: CallTime): Promise<Decision<Kept>>;
  /**
   * A code for what a yes could not do in its call. It is the same yes, so it counts in every mode, until the user is
   * asked about the same again or says no to anything.
   */
  carryOn(binding: Binding, yes: Yes<Kept>): { readonly code: string; readonly expiresAt: number };
}

/** @param formIs what an accepted form proves: our own command line answers forms for a terminal or a flag */
export function createGate<Kept>(
  mode: ConfirmMode,
  clock: Clock,
  formIs: Extract<ConfirmedBy, 'form' | 'terminal' | 'flag'>,
): Gate<Kept> {
  /** `yes` is there already where the code carries it on. */
  const codes = createCodes<{ readonly kept: Kept; readonly yes?: Yes<Kept> }>(clock);
  const questions = createQuestions<Kept>(clock, hasCodeBeside(mode));
  return {
    redeem(binding, code, shows) {
      const asksByCode = nextStep(mode, shows) === 'hand_out_code';
      const issued = codes.redeem(binding, code, ({ yes }) => yes !== undefined || asksByCode);
      return issued && (issued.yes ?? { by: 'code', at: clock.now(), kept: issued.kept });
    },
    redeemBesideView(binding, code, shows, context) {
      // A client may say hello again, and then show forms.
      return nextStep(mode, shows) === 'ask_by_click' ? questions.redeem(binding, code, context) : undefined;
    },
    async ask(asked, asker, time) {
      if (time.ending?.aborted) return { kind: 'no', why: 'server_ending' };
      const { binding, question, kept } = asked;
      switch (nextStep(mode, asker.shows)) {
        case 'ask_by_form': {
          codes.withdraw(binding);
          const answer = await time.pause(() => askByForm(question, asker, clock, time));
          if (answer === 'yes') return { kind: 'yes', yes: { by: formIs, at: clock.now(), kept } };
          // What an earlier yes left over is not done after a no.
          codes.withdraw();
          return { kind: 'no', why: answer };
        }
        case 'ask_by_click':
          codes.withdraw(binding);
          return { kind: 'click', open: questions.ask(asked) };
        case 'hand_out_code':
          return { kind: 'code', ...codes.issue(binding, { kept }) };
        case 'refuse':
          return { kind: 'no', why: 'no_way_to_ask' };
      }
    },
    carryOn: (binding, { by, at, kept }) => codes.issue(binding, { kept, yes: { by, at, kept } }),
    answer(approval, answer, context) {
      const reply = questions.answer(approval, answer, context);
      if (reply.state === 'declined') codes.withdraw();
      return reply;
    },
    untold: questions.untold,
  };
}

async function askByForm(
  question: Question,
  asker: Asker,
  clock: Clock,
  { signal, ending }: CallTime,
): Promise<'yes' | No> {
  signal.throwIfAborted();
  // A signal of its own: the call's may fire after the answer, and must not cancel a question already answered.
  const wait = new AbortController();
  let closed: No | undefined;
  const close = (why: No) => {
    closed ??= why;
    wait.abort();
  };
  const cancelTimeout = clock.after(FORM_TIME_MS, () => close('timed_out'));
  const onEnding = () => close('server_ending');
  ending?.addEventListener('abort', onEnding, { once: true });
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
    if (closed) return closed;
    return answer === 'declined' && elapsed() < TOO_FAST_MS ? 'declined_at_once' : answer;
  } catch {
    signal.throwIfAborted();
    return closed ?? 'failed';
  } finally {
    cancelTimeout();
    cancelBeat();
    signal.removeEventListener('abort', onAbort);
    ending?.removeEventListener('abort', onEnding);
  }
}
