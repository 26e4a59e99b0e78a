import * as z from 'zod';
import { AgoraError } from '../agora/errors.ts';
import { utcClock } from '../present/time.ts';
import type { Gate, Yes } from './confirm.ts';
import type { Binding } from './confirmation-codes.ts';
import { CONFIRMED_BY, type ConfirmedBy, confirmedWords } from './confirmed-by.ts';
import {
  type Result,
  type Spec,
  type Tool,
  type ToolContext,
  type ToolResult,
  toResult,
  toTool,
} from './define-tool.ts';
import { questionAbout } from './question-about.ts';
import { lookForQuestion, type Target } from './targets.ts';
import {
  type CodeFields,
  clickedNo,
  codeFields,
  needsClick,
  needsCode,
  notDone,
  type Unconfirmed,
} from './unconfirmed.ts';

/** The fields of every tool that deletes: the call is either done, or waits for a person. */
export const confirmationFields = {
  confirmed_by: z.enum(CONFIRMED_BY).optional(),
  confirmation_code: z.string().optional(),
  expires_at: z.string().optional(),
};

/** What a tool works with after a yes. */
export interface ConfirmedContext extends ToolContext {
  readonly confirmedBy: ConfirmedBy;
  /** The same in words: `confirmed in the client's form`. */
  readonly confirmed: string;
  /**
   * What this call had no time for: a code with which the same yes counts for exactly that in the next one, and how to
   * use it. Nothing where nothing is left.
   */
  readonly carryOn: (args: Readonly<Record<string, readonly string[]>>, targets: readonly Target[]) => Rest;
}

interface Rest {
  readonly fields?: CodeFields;
  readonly words?: string;
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
  readonly perform: (targets: readonly Target[], args: z.output<I>, context: ConfirmedContext) => Promise<Result<O>>;
}

type OurGate = Gate<readonly Target[]>;

/** Declares a tool that deletes: look, ask, and only then act. The order is kept here, not in the tools. */
export function defineDeletion<I extends z.ZodObject, O extends z.ZodObject>(spec: DeletionSpec<I, O>): Tool {
  const words = { name: spec.name, verb: spec.users ? 'removed' : 'deleted' } as const;
  return toTool(spec, async (args, context, { gate, asker }) => {
    const { app } = context;
    const { confirmation_code: code, ...bound } = confirmable.parse(args);
    const binding = { tool: spec.name, args: bound };
    const deliver = (result: Result<O>): ToolResult => toResult(spec.text, result, app);
    /** @param within the call that brought the yes: this one, or that of a click */
    const act = async (yes: Yes<readonly Target[]>, within: ToolContext): Promise<ToolResult> => {
      within.time.throwIfGivenUp();
      return deliver(await spec.perform(yes.kept, args, confirmedContext(spec.name, yes, within, gate)));
    };

    if (code !== undefined) {
      const yes = gate.redeem(binding, code, asker.shows);
      if (yes) return act(yes, context);
      const outcome = gate.redeemBesideView(binding, code, asker.shows, context);
      if (outcome !== undefined) return outcome;
    }

    const before = await answeredBefore(gate, binding, context);
    if (before) return before;
    const targets = await lookForQuestion(spec.threadIds(args), context);
    // A click during the looks: what they found gone is then no news.
    const meanwhile = await answeredBefore(gate, binding, context);
    if (meanwhile) return meanwhile;
    const done = spec.alreadyDone(targets, context);
    if (done) return deliver(done);
    if (!spec.users) context.cap.require(targets.filter(({ gone }) => !gone).length);
    const { question, view } = questionAbout(targets, spec.users?.(args), context);
    const decision = await gate.ask(
      {
        binding,
        question,
        kept: targets,
        names: targets.map(({ thread }) => thread.name),
        view,
        act,
        declined: (at) => deliver(spec.unconfirmed(targets, clickedNo(words, at))),
      },
      asker,
      context.time,
    );
    switch (decision.kind) {
      case 'yes':
        return act(decision.yes, context);
      case 'click': {
        const { asked, approval } = decision.open;
        const result = needsClick(words, asked.question.message, decision.open, code);
        return { ...deliver(spec.unconfirmed(asked.kept, result)), view: { kind: 'confirm', approval, ...asked.view } };
      }
      case 'code':
        return deliver(spec.unconfirmed(targets, needsCode(words, question.message, decision, code !== undefined)));
      case 'no':
        return deliver(spec.unconfirmed(targets, notDone(words, decision.why)));
    }
  });
}

const confirmable = z.looseObject({ confirmation_code: z.string().optional() });

function confirmedContext(
  tool: string,
  { by, at }: Yes<readonly Target[]>,
  context: ToolContext,
  gate: OurGate,
): ConfirmedContext {
  return {
    ...context,
    confirmedBy: by,
    confirmed: confirmedWords(by, at),
    write: (write, send) => context.write({ ...write, tool, confirmed: by }, send),
    carryOn(args, targets) {
      if (targets.length === 0) return {};
      // No code outlives the process.
      if (context.time.ending?.aborted) return { words: REST_IS_ASKED_ABOUT };
      const fields = codeFields(gate.carryOn({ tool, args }, { by, at, kept: targets }));
      const { confirmation_code: code, expires_at: ends } = fields;
      const given = Object.entries(args).map(([name, values]) => `${name} ${JSON.stringify(values)}`);
      return {
        fields,
        words: `This call had no time for the rest, and the same yes covers it: call ${tool} with ${given.join(', ')} and confirmation_code ${code} before ${ends}.`,
      };
    },
  };
}

const REST_IS_ASKED_ABOUT =
  'The server is ending, so the rest was not tried. Call again in a moment, and the user will be asked about it.';

/**
 * What a click did to this very call, told once; undefined where there was none. Waits for a deletion under way.
 *
 * @throws AgoraError where the deletion failed after the yes
 */
async function answeredBefore(gate: OurGate, binding: Binding, { time }: ToolContext): Promise<ToolResult | undefined> {
  const untold = gate.untold(binding);
  if (untold === undefined) return undefined;
  const told = await untold.outcome.catch((error: unknown) => {
    time.throwIfGivenUp();
    untold.tell();
    if (!(error instanceof AgoraError)) throw error;
    throw error.with({ what: `${error.facts.what}, after the user clicked yes at ${utcClock(untold.answeredAt)}` });
  });
  time.throwIfGivenUp();
  untold.tell();
  return told;
}
