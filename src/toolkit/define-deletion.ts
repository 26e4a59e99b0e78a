import * as z from 'zod';
import {
  CONFIRMED_BY,
  type ConfirmedBy,
  clickedNo,
  confirmedWords,
  type No,
  needsClick,
  needsCode,
  notDone,
  REST_IS_ASKED_ABOUT,
  type RestOfYes,
  restOfYes,
  type Unconfirmed,
} from './confirmation-words.ts';
import {
  type CallableTool,
  type Result,
  type Spec,
  type ToolContext,
  type ToolResult,
  toResult,
  toTool,
} from './define-tool.ts';
import type { Act, Gate, Yes } from './gate.ts';
import { questionAbout } from './question-about.ts';
import { lookForQuestion, type Target } from './targets.ts';
import { createLooks, type Look, type LookCalls } from './thread-look.ts';

/** The fields of every tool that deletes: the call is either done, or waits for a person. */
export const confirmationFields = {
  confirmed_by: z.enum(CONFIRMED_BY).optional(),
  confirmation_code: z.string().optional(),
  expires_at: z.string().optional(),
};

/** What a tool works with after a yes. */
export interface ConfirmedContext extends ToolContext {
  readonly confirmedBy: ConfirmedBy;
  /**
   * A look at a thread just before something is sent to it. Only the call's own time bounds it: under a low limit it may
   * wait in our own queue, which says nothing of the thread's name.
   */
  readonly lookNow: (calls: LookCalls, threadId: string, memberPages: number) => Promise<Look>;
  /**
   * What this call had no time for: a code with which the same yes counts for exactly that in the next one, and how to
   * use it. Nothing where nothing is left.
   */
  readonly carryOn: (args: Readonly<Record<string, readonly string[]>>, targets: readonly Target[]) => RestOfYes;
}

/** The result, given how it was confirmed in words: `confirmed in the client's form`. */
interface Performed<O extends z.ZodObject> extends Pick<ToolResult, 'because' | 'rowReasons'> {
  /** @param confirmed how, in words */
  readonly tell: (confirmed: string) => Result<O>;
}

interface DeletionSpec<I extends z.ZodObject, O extends z.ZodObject> extends Spec<I, O> {
  readonly kind: 'delete';
  /** The threads that a call is about. */
  readonly threadIds: (args: z.output<I>) => readonly string[];
  /** Who is removed from the threads; a tool without it deletes the threads. */
  readonly users?: (args: z.output<I>) => readonly string[];
  /** The result where nothing is left to lose; then nobody is asked. */
  readonly alreadyDone: (targets: readonly Target[], context: ToolContext) => Result<O> | undefined;
  /** Adds to an unconfirmed result what would be lost. */
  readonly unconfirmed: (targets: readonly Target[], result: Unconfirmed) => Result<O>;
  /** Deletes. Called after a yes, and nowhere else. */
  readonly perform: (targets: readonly Target[], args: z.output<I>, context: ConfirmedContext) => Promise<Performed<O>>;
}

/**
 * Declares a tool that deletes: look, ask, and only then act. The order is kept here, not in the tools, and what has to be
 * remembered from call to call in the gate.
 */
export function defineDeletion<I extends z.ZodObject, O extends z.ZodObject>(spec: DeletionSpec<I, O>): CallableTool {
  const tool = { name: spec.name, verb: spec.users ? 'removed' : 'deleted' } as const;
  return toTool(spec, async (args, context, { gate, asker }) => {
    const { app, cap, clock, time } = context;
    const { confirmation_code: code, ...bound } = confirmable.parse(args);
    const binding = { tool: spec.name, args: bound };
    const deliver = (result: Result<O>): ToolResult => toResult(spec.text, result, app);
    const notYet = (targets: readonly Target[], result: Unconfirmed): ToolResult =>
      deliver(spec.unconfirmed(targets, result));
    const refused = (targets: readonly Target[], no: No): ToolResult => ({
      ...notYet(targets, notDone(tool, no)),
      because: { no },
    });
    /** @param within the call that brought the yes: this one, or that of a click */
    const act: Act = async (yes, within) => {
      within.time.throwIfGivenUp();
      const { tell, ...why } = await spec.perform(yes.targets, args, confirmedContext(spec.name, yes, within, gate));
      return () => ({ ...deliver(tell(confirmedWords(yes, clock.now()))), ...why });
    };

    const confirmed = code !== undefined && gate.redeem(binding, code, asker.step, act, context);
    if (confirmed) return confirmed;
    const before = await gate.untold(binding, time);
    if (before) return before;
    const targets = await lookForQuestion(spec.threadIds(args), context);
    // A click during the looks: what they found gone is then no news.
    const meanwhile = await gate.untold(binding, time);
    if (meanwhile) return meanwhile;
    const done = spec.alreadyDone(targets, context);
    if (done) return deliver(done);
    if (!spec.users) cap.require(targets.filter(({ gone }) => !gone).length);
    if (time.ending?.aborted) return refused(targets, 'server_ending');
    const { question, view } = questionAbout(targets, spec.users?.(args), context);
    const { message } = question;
    switch (asker.step) {
      case 'ask_by_form': {
        const answer = await gate.ask(binding, question, asker, time);
        if (answer !== 'yes') return refused(targets, answer);
        return (await act({ by: asker.formIs, at: clock.now(), targets }, context))();
      }
      case 'ask_by_click': {
        const declined = (at: number) => () => notYet(targets, clickedNo(tool, at, clock.now()));
        const open = gate.open({ binding, message, view, targets, act, declined });
        const { asked, approval } = open;
        const waiting = notYet(asked.targets, needsClick(tool, open, code));
        return { ...waiting, view: { kind: 'confirm', approval, ...asked.view } };
      }
      case 'hand_out_code':
        return notYet(targets, needsCode(tool, message, gate.issueCode(binding, targets), code));
      case 'refuse':
        return refused(targets, 'no_way_to_ask');
    }
  });
}

const confirmable = z.looseObject({ confirmation_code: z.string().optional() });

function confirmedContext(tool: string, yes: Yes, context: ToolContext, gate: Gate): ConfirmedContext {
  const { by, at } = yes;
  const looks = createLooks(context.seen, context.clock);
  return {
    ...context,
    confirmedBy: by,
    write: (write, send) => context.write({ ...write, tool, confirmed: by }, send),
    lookNow: (calls, threadId, memberPages) => looks(calls, threadId, { memberPages, trustMs: 0 }, context.signal),
    carryOn(args, targets) {
      if (targets.length === 0) return {};
      // No code outlives the process.
      if (context.time.ending?.aborted) return { words: REST_IS_ASKED_ABOUT };
      // It is the same yes, so its code counts in every mode, until the user is asked about the same or says no to anything.
      return restOfYes(tool, args, gate.issueCode({ tool, args }, targets, { by, at, targets }));
    },
  };
}
