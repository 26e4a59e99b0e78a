import { AgoraError } from '../agora/errors.ts';
import { type Clock, timePassed } from '../base/clock.ts';
import { NewestMap } from '../base/newest-map.ts';
import { utcClock } from '../present/time.ts';
import type { ConfirmMode } from '../settings/schema.ts';
import { type Asker, askByForm, type Question } from './ask-by-form.ts';
import type { CallTime } from './call-time.ts';
import type { ConfirmedBy, No } from './confirmation-words.ts';
import type { ToolContext, ToolResult } from './define-tool.ts';
import type { Target } from './targets.ts';
import type { ConfirmFacts } from './view-data.ts';
import type { Step } from './way-to-ask.ts';

/** How long a code counts, and how long a question in a view stays open, in milliseconds. */
export const CONFIRM_TIME_MS = 15 * 60_000;
/** A code beside a view counts from so many milliseconds after the result: until then the view may still be drawn. */
export const CODE_WAITS_MS = 10_000;
const MOST_CODES = 100;
const MOST_OPEN = 100;
/** Those that are over stay for a while: a view drawn again from the chat shows what became of them. */
const MOST_KEPT = 200;

/** A call that asks for a yes: another tool or other arguments need another one. */
export interface Binding {
  readonly tool: string;
  /** After healing, without the code. */
  readonly args: Readonly<Record<string, unknown>>;
}

/** A yes, and what the person was shown when they said it. */
export interface Yes {
  readonly by: ConfirmedBy;
  /** In milliseconds since 1970. */
  readonly at: number;
  readonly targets: readonly Target[];
}

/** The result as it is told now: what a click did may be told on another day. */
export type Outcome = () => ToolResult;

/** Acts after a yes, within the call whose context it is given. */
export type Act = (yes: Yes, context: ToolContext) => Promise<Outcome>;

/** What a person is asked in a view, and what their answer does. */
export interface Asked {
  readonly binding: Binding;
  readonly message: string;
  readonly view: ConfirmFacts;
  /** What the person is shown: the yes is for this, and under other names it is another question. */
  readonly targets: readonly Target[];
  readonly act: Act;
  /** The result after a no. */
  readonly declined: (at: number) => Outcome;
}

/** A question that a person answers in a view, or has answered. */
export interface ViewQuestion {
  readonly key: string;
  readonly asked: Asked;
  /** Goes with each answer; only the view has it. */
  readonly approval: string;
  /** In milliseconds since 1970, and on the clock of time passed. */
  readonly askedAt: number;
  readonly since: number;
  /** For a client that declares views and draws none; undefined where no code counts. */
  code: string | undefined;
  /** Another question has taken its place. */
  isReplaced: boolean;
  answered?: Answered;
}

interface Answered {
  readonly at: number;
  /** Pending while the deletion is under way; rejects where it failed. */
  readonly outcome: () => Promise<ToolResult>;
  isDone: boolean;
  /** Has a call with the same arguments had it as its result? */
  isTold: boolean;
}

/** What a view says: that its question is drawn, or what the person clicked. */
export const ANSWERS = ['shown', 'yes', 'no'] as const;
export type Answer = (typeof ANSWERS)[number];

/** What an answer leads to. Only an open question can be answered, and once. */
export type Reply =
  | { readonly state: 'open' | 'working' | 'closed' | 'unknown' }
  | { readonly state: 'settled' | 'declined'; readonly outcome: () => Promise<ToolResult> };

/** The gate that every deletion and removal passes, one per session: what it remembers between calls. */
export type Gate = ReturnType<typeof createGate>;

export function createGate(mode: ConfirmMode, clock: Clock) {
  // Elapsed time, so that setting the clock back does not lengthen the life of a code or a question.
  const elapsed = timePassed(clock);
  /** One for each call; `earlier` is there where the code carries on a yes. */
  const codes = new NewestMap<{ code: string; since: number; targets: readonly Target[]; earlier?: Yes }>(MOST_CODES);
  /** By approval, the oldest first. */
  const questions = new Map<string, ViewQuestion>();
  /** A view that was drawn is where the person answers, so codes beside views end for the whole session. */
  let drawn = false;

  const isOpen = ({ answered, isReplaced, since }: ViewQuestion): boolean =>
    !answered && !isReplaced && elapsed() - since < CONFIRM_TIME_MS;
  const newestOf = (key: string): ViewQuestion | undefined =>
    [...questions.values()].findLast((question) => question.key === key);

  function issueCode(binding: Binding, targets: readonly Target[], earlier?: Yes) {
    const code = newCode();
    // A new preview makes the code of the old one worthless.
    codes.set(keyOf(binding), { code, since: elapsed(), targets, ...(earlier && { earlier }) });
    return { code, expiresAt: clock.now() + CONFIRM_TIME_MS };
  }

  function makeRoom(): void {
    const open = [...questions.values()].filter(isOpen);
    if (open.length >= MOST_OPEN && open[0]) open[0].isReplaced = true;
    for (const question of questions.values()) {
      if (questions.size < MOST_KEPT) break;
      const isUnderWay = question.answered?.isDone === false;
      if (!isOpen(question) && !isUnderWay) questions.delete(question.approval);
    }
  }

  function act(question: ViewQuestion, by: 'click' | 'code', context: ToolContext): Answered {
    const { act, targets } = question.asked;
    const at = clock.now();
    const acting = act({ by, at, targets }, context);
    const outcome = async () => (await acting)();
    const answered: Answered = { at, outcome, isDone: false, isTold: false };
    const end = (): void => {
      answered.isDone = true;
    };
    acting.then(end, end);
    question.answered = answered;
    return answered;
  }

  return {
    issueCode,

    /**
     * Takes a code for a yes, and acts.
     *
     * @returns undefined where the code does not count (yet) for this very call: it is not used up, and the gate asks
     */
    redeem(binding: Binding, code: string, step: Step, act: Act, context: ToolContext) {
      const key = keyOf(binding);
      const issued = codes.get(key);
      const countsHere = issued?.earlier !== undefined || step === 'hand_out_code';
      if (issued?.code === code && countsHere && elapsed() - issued.since < CONFIRM_TIME_MS) {
        codes.delete(key);
        const yes = issued.earlier ?? { by: 'code', at: clock.now(), targets: issued.targets };
        return act(yes, context).then((tell) => tell());
      }
      // A client may say hello again, and then show forms: the code beside a view does not count there.
      return step === 'ask_by_click' ? redeemBesideView(key, code, context) : undefined;
    },

    /** Asks the person by form. */
    async ask(binding: Binding, question: Question, asker: Asker, time: CallTime): Promise<'yes' | No> {
      codes.delete(keyOf(binding));
      const answer = await time.pause(() => askByForm(question, asker, clock, time));
      // What an earlier yes left over is not done after a no.
      if (answer !== 'yes') codes.clear();
      return answer;
    },

    /** Opens a question in a view; the same call under the same names gets the one that is open already. */
    open(asked: Asked): ViewQuestion {
      const key = keyOf(asked.binding);
      codes.delete(key);
      const before = newestOf(key);
      if (before && isOpen(before)) {
        if (namesIn(before.asked) === namesIn(asked)) return before;
        before.isReplaced = true;
      }
      makeRoom();
      const question: ViewQuestion = {
        key,
        asked,
        approval: newApproval(),
        askedAt: clock.now(),
        since: elapsed(),
        code: mode === 'auto' && !drawn ? newCode() : undefined,
        isReplaced: false,
      };
      questions.set(question.approval, question);
      return question;
    },

    /** @param context of the call that brings the answer: after a yes the deletion runs in it */
    answer(approval: string, answer: Answer, context: ToolContext): Reply {
      const question = questions.get(approval);
      if (question === undefined) return { state: 'unknown' };
      drawn = true;
      for (const other of questions.values()) other.code = undefined;
      const { answered, asked } = question;
      if (answered) return answered.isDone ? { state: 'settled', outcome: answered.outcome } : { state: 'working' };
      if (!isOpen(question)) return { state: 'closed' };
      if (answer === 'shown') return { state: 'open' };
      if (answer === 'yes') return { state: 'settled', outcome: act(question, 'click', context).outcome };
      codes.clear();
      const at = clock.now();
      const outcome = async () => asked.declined(at)();
      question.answered = { at, outcome, isDone: true, isTold: false };
      return { state: 'declined', outcome };
    },

    /**
     * What a click did to this very call, told once; undefined where there was none. Waits for a deletion under way.
     *
     * @throws AgoraError where the deletion failed after the yes
     */
    async untold(binding: Binding, time: CallTime): Promise<ToolResult | undefined> {
      const answered = newestOf(keyOf(binding))?.answered;
      if (!answered || answered.isTold) return undefined;
      const [outcome] = await Promise.allSettled([answered.outcome()]);
      time.throwIfGivenUp();
      answered.isTold = true;
      if (outcome.status === 'fulfilled') return outcome.value;
      const error: unknown = outcome.reason;
      if (!(error instanceof AgoraError)) throw error;
      const when = utcClock(answered.at, clock.now());
      throw error.with({ what: `${error.facts.what}, after the user clicked yes at ${when}` });
    },
  };

  /** The question in the view shows the outcome too, so it is the one that acts. */
  function redeemBesideView(key: string, code: string, context: ToolContext): Promise<ToolResult> | undefined {
    const question = newestOf(key);
    if (question?.code !== code || !isOpen(question) || elapsed() - question.since < CODE_WAITS_MS) return undefined;
    const answered = act(question, 'code', context);
    // The call that brings the code tells the outcome itself.
    answered.isTold = true;
    return answered.outcome();
  }
}

/** The same for calls that mean the same. */
const keyOf = ({ tool, args }: Binding): string =>
  JSON.stringify([tool, Object.entries(args).sort(([a], [b]) => (a < b ? -1 : 1))]);

const namesIn = ({ targets }: Asked): string => JSON.stringify(targets.map(({ thread }) => thread.name ?? null));

/** The global `crypto`: importing node:crypto would cost each start a few milliseconds. */
const randomBytes = (count: number): Uint8Array => crypto.getRandomValues(new Uint8Array(count));
/** 192 bits that cannot be guessed. */
const newApproval = (): string => Buffer.from(randomBytes(24)).toString('base64url');
/** Letters and digits that are not mistaken for one another; eight of them are 40 bits. */
const ALPHABET = '23456789ABCDEFGHJKLMNPQRSTUVWXYZ';
const newCode = (): string => Array.from(randomBytes(8), (byte) => ALPHABET[byte % ALPHABET.length]).join('');
