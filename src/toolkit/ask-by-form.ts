import * as z from 'zod';
import { type Clock, timePassed } from '../base/clock.ts';
import type { CallTime } from './call-time.ts';
import type { ConfirmedBy, No } from './confirmation-words.ts';
import type { Step } from './way-to-ask.ts';

/** What a person is asked, in their language. */
export interface Question {
  readonly message: string;
  /** The words beside the box to tick. */
  readonly title: string;
}

/** The way to a person through the client at hand. */
export interface Asker {
  readonly step: Step;
  /** What an accepted form proves: our own command line answers forms for a terminal or a flag. */
  readonly formIs: Extract<ConfirmedBy, 'form' | 'terminal' | 'flag'>;
  /** Shows the form; rejects where the client fails to, or when the signal ends the wait. */
  readonly show: (question: Question, signal: AbortSignal) => Promise<unknown>;
  /** Tells the client that the call is alive; does nothing where it did not ask for progress. */
  readonly heartbeat: (message: string) => void;
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

const formAnswer = z.object({
  action: z.enum(['accept', 'decline', 'cancel']),
  content: z.object({ confirm: z.boolean() }).optional().catch(undefined),
});

/** Only `accept` with the boolean `true` is a yes: an accept without content would pass the SDK's own check. */
export function readForm(answer: unknown): 'yes' | No {
  const { action, content } = formAnswer.safeParse(answer).data ?? {};
  if (action === 'decline') return 'declined';
  if (action === 'cancel') return 'dismissed';
  if (action === undefined || content === undefined) return 'failed';
  return content.confirm ? 'yes' : 'not_ticked';
}

/** A form is closed after this time, in milliseconds. */
export const FORM_TIME_MS = 5 * 60_000;
/** While a person thinks, the client is told that the call is alive. */
const HEARTBEAT_MS = 15_000;
/** Nobody reads a question faster: the client may have answered by itself. */
const TOO_FAST_MS = 1_000;

/**
 * Asks by form. Everything but a plain yes leaves all as it is.
 *
 * @throws the client's reason where it has given up the call
 */
export async function askByForm(
  question: Question,
  { show, heartbeat }: Asker,
  clock: Clock,
  { signal, ending }: CallTime,
): Promise<'yes' | No> {
  signal.throwIfAborted();
  // A signal of its own: the call's may fire after the answer, and must not cancel a question already answered.
  const wait = new AbortController();
  const answered = new AbortController();
  let closed: No | undefined;
  const close = (why: No) => {
    closed ??= why;
    wait.abort();
  };
  signal.addEventListener('abort', () => wait.abort(signal.reason), { signal: answered.signal });
  ending?.addEventListener('abort', () => close('server_ending'), { signal: answered.signal });
  const cancelTimeout = clock.after(FORM_TIME_MS, () => close('timed_out'));
  let cancelBeat = (): void => {};
  const beat = () => {
    cancelBeat = clock.after(HEARTBEAT_MS, () => {
      heartbeat("Waiting for the user's answer");
      beat();
    });
  };
  beat();
  const elapsed = timePassed(clock);
  try {
    const answer = readForm(await show(question, wait.signal));
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
    answered.abort();
  }
}
