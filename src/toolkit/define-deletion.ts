import * as z from 'zod';
import { utcTime } from '../present/time.ts';
import type { No, Question, Yes } from './confirm.ts';
import { CONFIRMED_BY, type ConfirmedBy } from './confirmed-by.ts';
import { type App, type Result, type Spec, type Tool, type ToolContext, toTool } from './define-tool.ts';
import { lookForQuestion, type Target } from './targets.ts';

/** The fields of every tool that deletes: the call is either done, or waits for a person. */
export const confirmationFields = {
  confirmed_by: z.enum(CONFIRMED_BY).optional(),
  confirmation_code: z.string().optional(),
  expires_at: z.string().optional(),
};

/** The result of a call that was not confirmed, before the tool adds what would have been lost. */
export interface Unconfirmed {
  summary: string;
  status: 'confirmation_required' | 'declined';
  confirmation_code?: string;
  expires_at?: string;
}

/** What a tool works with after a yes. */
export interface ConfirmedContext extends ToolContext {
  readonly confirmedBy: ConfirmedBy;
  /** A code with which the same yes counts for what this call had no time for, and when it ends. */
  readonly carryOn: (args: Readonly<Record<string, unknown>>, targets: readonly Target[]) => CodeFields;
}

export interface CodeFields {
  confirmation_code: string;
  expires_at: string;
}

interface DeletionSpec<I extends z.ZodObject, O extends z.ZodObject> extends Spec<I, O> {
  readonly kind: 'delete';
  /** What is done to the target, as in "Nothing was deleted". */
  readonly verb: 'deleted' | 'removed';
  /** The threads that a call is about. */
  readonly threadIds: (args: z.output<I>) => readonly string[];
  /** Deletions that AGORA_THREADS_MAX_DELETES counts if all goes as asked. */
  readonly deletions: (targets: readonly Target[]) => number;
  /** The result where nothing is left to lose; then nobody is asked. */
  readonly alreadyDone: (targets: readonly Target[], app: App) => Result<O> | undefined;
  readonly question: (targets: readonly Target[], args: z.output<I>, context: ToolContext) => Question;
  /** Adds to an unconfirmed result what would be lost. */
  readonly unconfirmed: (targets: readonly Target[], result: Unconfirmed) => Result<O>;
  /** Deletes. Called after a yes, and nowhere else. */
  readonly perform: (targets: readonly Target[], args: z.output<I>, context: ConfirmedContext) => Promise<Result<O>>;
}

/** Declares a tool that deletes: look, ask, and only then act. The order is kept here, not in the tools. */
export function defineDeletion<I extends z.ZodObject, O extends z.ZodObject>(spec: DeletionSpec<I, O>): Tool {
  return toTool(spec, async (args, context, { gate, asker }) => {
    const { confirmation_code: code, ...bound } = confirmable.parse(args);
    const binding = { tool: spec.name, args: bound };
    const perform = (yes: Yes<readonly Target[]>) => {
      context.time.throwIfGivenUp();
      const { by } = yes;
      return spec.perform(yes.kept, args, {
        ...context,
        confirmedBy: by,
        write: (write, send) => context.write({ ...write, confirmed: by }, send),
        carryOn: (rest, targets) => codeFields(gate.carryOn({ tool: spec.name, args: rest }, { by, kept: targets })),
      });
    };

    const yes = code === undefined ? undefined : gate.redeem(binding, code, asker.forms);
    if (yes) return perform(yes);

    const targets = await lookForQuestion(spec.threadIds(args), context);
    const done = spec.alreadyDone(targets, context.app);
    if (done) return done;
    context.cap.require(spec.deletions(targets));
    const question = spec.question(targets, args, context);
    const decision = await gate.ask(binding, question, targets, asker, context.time);
    switch (decision.kind) {
      case 'yes':
        return perform({ by: decision.by, kept: targets });
      case 'code':
        return spec.unconfirmed(targets, needsCode(spec, question, decision, code !== undefined));
      case 'no':
        return spec.unconfirmed(targets, notDone(spec.verb, decision.why));
    }
  });
}

const confirmable = z.looseObject({ confirmation_code: z.string().optional() });

const codeFields = ({ code, expiresAt }: { code: string; expiresAt: number }): CodeFields => ({
  confirmation_code: code,
  expires_at: utcTime(expiresAt),
});

const WRONG_CODE = 'That confirmation code is wrong, used, expired or for another call.';

function needsCode(
  { name, verb }: { name: string; verb: string },
  { message }: Question,
  issued: { code: string; expiresAt: number },
  wrongCode: boolean,
): Unconfirmed {
  const fields = codeFields(issued);
  return {
    summary: [
      `${wrongCode ? `${WRONG_CODE} ` : ''}Nothing was ${verb} yet. Show the user this question and stop:`,
      message,
      `Only if the user says yes, call ${name} again with the same arguments and confirmation_code ${fields.confirmation_code} before ${fields.expires_at}.`,
    ].join('\n'),
    status: 'confirmation_required',
    ...fields,
  };
}

const LEAVE_IT = 'Do not try again unless the user asks for it.';
const UNATTENDED =
  'It came back within a second, so this client may be running without a person; its operator can set AGORA_THREADS_CONFIRM=code.';

const WHY_NOT: Record<No, string> = {
  declined: `the user declined. ${LEAVE_IT}`,
  declined_at_once: `the question was declined. ${UNATTENDED} ${LEAVE_IT}`,
  dismissed: `the question was closed without an answer. ${LEAVE_IT}`,
  not_ticked: `the form was accepted, but the box was not ticked. ${LEAVE_IT}`,
  timed_out: `nobody answered the question within 5 minutes. ${LEAVE_IT}`,
  failed: `the client could not show the question, or sent back something other than an answer. ${LEAVE_IT} If this client never shows it, its operator can set AGORA_THREADS_CONFIRM=code.`,
  no_forms:
    'this server accepts a confirmation only from a person (AGORA_THREADS_CONFIRM=person), and this client shows no forms. Do not try again. The operator can use a client that shows forms, or set AGORA_THREADS_CONFIRM=auto.',
};

const notDone = (verb: string, why: No): Unconfirmed => ({
  summary: `Nothing was ${verb}: ${WHY_NOT[why]}`,
  status: 'declined',
});
