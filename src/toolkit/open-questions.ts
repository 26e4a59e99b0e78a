import { type Clock, timePassed } from '../base/clock.ts';
import type { Question, Yes } from './confirm.ts';
import { type Binding, CODE_TIME_MS, keyOf, newCode } from './confirmation-codes.ts';
import type { ToolContext, ToolResult } from './define-tool.ts';
import type { ConfirmFacts } from './view-data.ts';

/** How long a question in a view stays open, in milliseconds; as long as a code counts. */
export const QUESTION_TIME_MS = CODE_TIME_MS;
/** A code beside a view counts from so many milliseconds after the result: until then the view may still be drawn. */
export const CODE_WAITS_MS = 10_000;
const MOST_OPEN = 100;
/** Those that are over stay for a while: a view drawn again from the chat shows what became of them. */
const MOST_KEPT = 200;

export const ANSWERS = ['shown', 'yes', 'no'] as const;
/** What a view says: that its question is drawn, or what the person clicked. */
export type Answer = (typeof ANSWERS)[number];

export type QuestionState = 'open' | 'working' | 'settled' | 'closed' | 'unknown';

/** What an answer leads to. Only an open question can be answered, and once. */
export function replyTo(state: QuestionState, answer: Answer): 'act' | 'decline' | QuestionState {
  if (state !== 'open' || answer === 'shown') return state;
  return answer === 'yes' ? 'act' : 'decline';
}

/** What a person is asked, and what their answer does. */
export interface Asked<Kept> {
  readonly binding: Binding;
  readonly question: Question;
  /** What the person is shown: the yes is for this. */
  readonly kept: Kept;
  /** The names of the threads as shown, in order: under other names it is another question. */
  readonly names: readonly (string | undefined)[];
  readonly view: ConfirmFacts;
  /** Acts after a yes, within the call whose context it is given. */
  readonly act: (yes: Yes<Kept>, context: ToolContext) => Promise<ToolResult>;
  /** The result after a no. */
  readonly declined: (at: number) => ToolResult;
}

/** A question that is open in a view. */
export interface OpenQuestion<Kept> {
  readonly asked: Asked<Kept>;
  readonly approval: string;
  /** For a client that declares views and draws none; undefined where no code counts. */
  readonly code: { readonly code: string; readonly countsFrom: number /** Since 1970. */ } | undefined;
  /** In milliseconds since 1970. */
  readonly expiresAt: number;
}

export type Reply =
  | { readonly state: Exclude<QuestionState, 'settled'> }
  | { readonly state: 'settled' | 'declined'; readonly outcome: Promise<ToolResult> };

/** What an earlier answer did to the same call, and was not told in a result yet. */
export interface Untold {
  /** Pending while the deletion is under way; rejects where it failed. */
  readonly outcome: Promise<ToolResult>;
  readonly answeredAt: number;
  readonly tell: () => void;
}

/** The questions of one session that are answered in a view. */
export interface OpenQuestions<Kept> {
  /** Opens a question; the same call under the same names gets the one that is open already. */
  ask(asked: Asked<Kept>): OpenQuestion<Kept>;
  /** @param context of the call that brings the answer: after a yes the deletion runs in it */
  answer(approval: string, answer: Answer, context: ToolContext): Reply;
  /**
   * Takes the code beside a view for a yes, and acts.
   *
   * @returns the outcome; undefined where the code does not count (yet), which does not use it up
   */
  redeem(binding: Binding, code: string, context: ToolContext): Promise<ToolResult> | undefined;
  untold(binding: Binding): Untold | undefined;
}

interface Answered extends Untold {
  isTold: boolean;
  isDone: boolean;
}

interface Entry<Kept> extends OpenQuestion<Kept> {
  /** On the clock of time passed. */
  readonly until: number;
  readonly codeFrom: number;
  readonly key: string;
  isClosed: boolean;
  answered?: Answered;
}

/** 192 bits that cannot be guessed. */
const newApproval = (): string => Buffer.from(crypto.getRandomValues(new Uint8Array(24))).toString('base64url');

/** @param codeBeside is a code given beside the view? */
export function createQuestions<Kept>(clock: Clock, codeBeside: boolean): OpenQuestions<Kept> {
  // Elapsed time, so that setting the clock back does not keep a question open.
  const elapsed = timePassed(clock);
  const byApproval = new Map<string, Entry<Kept>>();
  /** The newest of each call. */
  const byCall = new Map<string, Entry<Kept>>();
  /** A view that was drawn is where the person answers, so codes beside views end for the whole session. */
  let drawn = false;

  function stateOf({ answered, isClosed, until }: Entry<Kept>): Exclude<QuestionState, 'unknown'> {
    if (answered) return answered.isDone ? 'settled' : 'working';
    return isClosed || elapsed() >= until ? 'closed' : 'open';
  }

  function makeRoom(): void {
    const open = [...byApproval.values()].filter((entry) => stateOf(entry) === 'open');
    for (const oldest of open.slice(0, Math.max(0, open.length - MOST_OPEN + 1))) oldest.isClosed = true;
    for (const [approval, entry] of byApproval) {
      if (byApproval.size < MOST_KEPT) break;
      if (['open', 'working'].includes(stateOf(entry))) continue;
      byApproval.delete(approval);
      if (byCall.get(entry.key) === entry) byCall.delete(entry.key);
    }
  }

  function settle(entry: Entry<Kept>, outcome: Promise<ToolResult>): Answered {
    const answered: Answered = {
      outcome,
      answeredAt: clock.now(),
      isDone: false,
      isTold: false,
      tell() {
        answered.isTold = true;
      },
    };
    const end = (): void => {
      answered.isDone = true;
    };
    outcome.then(end, end);
    entry.answered = answered;
    return answered;
  }

  const act = (entry: Entry<Kept>, by: 'click' | 'code', context: ToolContext): Answered =>
    settle(entry, entry.asked.act({ by, at: clock.now(), kept: entry.asked.kept }, context));

  const withoutOldCode = ({ asked, approval, code, expiresAt }: Entry<Kept>): OpenQuestion<Kept> => ({
    asked,
    approval,
    code: drawn ? undefined : code,
    expiresAt,
  });

  return {
    ask(asked) {
      const key = keyOf(asked.binding);
      const before = byCall.get(key);
      if (before && stateOf(before) === 'open') {
        if (JSON.stringify(before.asked.names) === JSON.stringify(asked.names)) return withoutOldCode(before);
        before.isClosed = true;
      }
      makeRoom();
      const now = clock.now();
      const entry: Entry<Kept> = {
        asked,
        approval: newApproval(),
        code: codeBeside ? { code: newCode(), countsFrom: now + CODE_WAITS_MS } : undefined,
        expiresAt: now + QUESTION_TIME_MS,
        until: elapsed() + QUESTION_TIME_MS,
        codeFrom: elapsed() + CODE_WAITS_MS,
        key,
        isClosed: false,
      };
      byApproval.set(entry.approval, entry);
      byCall.set(key, entry);
      return withoutOldCode(entry);
    },

    answer(approval, answer, context) {
      const entry = byApproval.get(approval);
      if (entry === undefined) return { state: 'unknown' };
      drawn = true;
      const reply = replyTo(stateOf(entry), answer);
      switch (reply) {
        case 'act':
          return { state: 'settled', outcome: act(entry, 'click', context).outcome };
        case 'decline': {
          const answered = settle(entry, Promise.resolve(entry.asked.declined(clock.now())));
          answered.isDone = true;
          return { state: 'declined', outcome: answered.outcome };
        }
        case 'settled':
          return entry.answered ? { state: 'settled', outcome: entry.answered.outcome } : { state: 'closed' };
        default:
          return { state: reply };
      }
    },

    redeem(binding, code, context) {
      const entry = byCall.get(keyOf(binding));
      if (drawn || entry === undefined || stateOf(entry) !== 'open') return undefined;
      if (entry.code?.code !== code || elapsed() < entry.codeFrom) return undefined;
      const answered = act(entry, 'code', context);
      // The call that brings the code tells the outcome itself.
      answered.tell();
      return answered.outcome;
    },

    untold(binding) {
      const answered = byCall.get(keyOf(binding))?.answered;
      return answered?.isTold === false ? answered : undefined;
    },
  };
}
