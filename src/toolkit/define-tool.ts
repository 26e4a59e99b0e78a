import * as z from 'zod';
import type { Groups } from '../agora/groups.ts';
import type { Threads } from '../agora/threads.ts';
import type { Clock } from '../base/clock.ts';
import type { Directory } from '../lists/directory.ts';
import { utcTime } from '../present/time.ts';
import type { ToolKind } from '../settings/tool-selection.ts';
import type { Audit } from './audit-log.ts';
import type { ConfirmationRequest, Decision } from './confirm.ts';
import type { GroupNames } from './group-names.ts';
import type { Seen } from './seen-threads.ts';
import type { Writer } from './writer.ts';

/** All annotation hints are derived from the kind. */
const HINTS: Record<ToolKind, { readOnlyHint: boolean; destructiveHint: boolean; idempotentHint: boolean }> = {
  read: { readOnlyHint: true, destructiveHint: false, idempotentHint: true },
  // Only adds; sent twice it would add twice, or fail the second time.
  create: { readOnlyHint: false, destructiveHint: false, idempotentHint: false },
  // Overwrites: what stood there before is lost.
  update: { readOnlyHint: false, destructiveHint: true, idempotentHint: true },
  delete: { readOnlyHint: false, destructiveHint: true, idempotentHint: true },
};

/** The app the calls are for, as a person would name it. */
export interface App {
  /** `org#app`, or the App ID. */
  readonly name: string;
  readonly host: string;
  readonly sandbox: boolean;
}

/** A connection to one app, made at the first call and kept. */
export interface Session {
  readonly app: App;
  readonly threads: Threads;
  /** Reads only: no call on groups writes. */
  readonly groups: Groups;
  readonly groupNames: GroupNames;
  readonly directory: Directory;
  /** May calls be made that the vendor does not document? */
  readonly undocumented: boolean;
  /** Undefined where the operator wants no audit log. */
  readonly audit: Audit | undefined;
}

/** The calls that change nothing, each by name, so that a new call that writes can only be reached through `write`. */
export type ReadApi = Pick<
  Threads,
  'list' | 'listOfUser' | 'listOfUserInGroup' | 'listMembers' | 'get' | 'listOfGroup'
>;

/** What a handler works with. */
export interface ToolContext extends Omit<Session, 'threads' | 'audit'> {
  readonly threads: ReadApi;
  /** Sends a write, with its lines in the audit log. */
  readonly write: Writer;
  /** Is there an audit log to keep what a result has no room for? */
  readonly audited: boolean;
  readonly seen: Seen;
  readonly clock: Clock;
  /** Aborted when the client gives up the call. */
  readonly signal: AbortSignal;
  /** Reports to the client how far a long call has come, if it asked for that. */
  readonly progress: (done: number, total: number | undefined, message: string) => void;
}

/** The gate, for tools that delete. It is not part of the context, so that no other tool can ask. */
export type Confirm = (question: ConfirmationRequest, code: string | undefined) => Promise<Decision>;

export interface ToolResult {
  readonly structured: { summary: string } & Record<string, unknown>;
  readonly text: string;
}

/** A tool as the server registers it. */
export interface Tool {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly kind: ToolKind;
  readonly annotations: Record<string, boolean | string>;
  readonly meta: Record<string, unknown> | undefined;
  /** JSON Schemas, made on demand: a server that a host only starts to see whether it runs never needs them. */
  readonly inputSchema: () => Record<string, unknown>;
  readonly outputSchema: () => Record<string, unknown>;
  /** All arguments, for the message about an unknown one. */
  readonly argumentNames: readonly string[];
  /**
   * Checks the arguments and returns the call itself: bad input is refused before any connection is made.
   *
   * @throws ZodError
   */
  readonly prepare: (args: unknown) => Promise<(context: ToolContext, confirm: Confirm) => Promise<ToolResult>>;
}

type Result<O extends z.ZodObject> = z.input<O> & { summary: string };

interface Spec<I extends z.ZodObject, O extends z.ZodObject> {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  /** Strict: an unknown argument is refused. */
  readonly input: I;
  /** One flat object; unknown keys stay allowed in the schema that is advertised. */
  readonly output: O;
  /** What the model reads, made from the structure alone. */
  readonly text: (result: Result<O>) => string;
}

interface PlainSpec<I extends z.ZodObject, O extends z.ZodObject> extends Spec<I, O> {
  readonly kind: Exclude<ToolKind, 'delete'>;
  readonly handle: (args: z.output<I>, context: ToolContext) => Promise<Result<O>>;
}

/** Fields of every tool that deletes, for a call that waits for a person. */
export const confirmationFields = {
  confirmation_code: z.string().optional(),
  expires_at: z.string().optional(),
};

/** The result of a call without a yes, before the tool adds what would be lost. */
export interface Unconfirmed {
  summary: string;
  status: 'confirmation_required' | 'declined';
  confirmation_code?: string;
  expires_at?: string;
}

interface DeletionSpec<I extends z.ZodObject, O extends z.ZodObject, P> extends Spec<I, O> {
  readonly kind: 'delete';
  /** What is done to the target, as in "Nothing was deleted". */
  readonly verb: 'deleted' | 'removed';
  readonly preview: (args: z.output<I>, context: ToolContext) => Promise<P>;
  /** The result where nothing is left to lose; then nobody is asked. */
  readonly alreadyDone?: (preview: P) => Result<O> | undefined;
  readonly question: (
    preview: P,
    context: ToolContext,
  ) => Pick<ConfirmationRequest, 'message' | 'label' | 'boundTo'> & {
    /** What the code is for, as the end of "Nothing was deleted yet: …". */
    readonly ask: string;
  };
  /** Adds what would be lost. */
  readonly unconfirmed: (preview: P, result: Unconfirmed) => Result<O>;
  /** Called only after a yes. */
  readonly perform: (args: z.output<I>, preview: P, context: ToolContext) => Promise<Result<O>>;
}

/** Declares a tool that loses nothing. */
export function defineTool<I extends z.ZodObject, O extends z.ZodObject>(spec: PlainSpec<I, O>): Tool {
  return toTool(spec, async (args, context) => spec.handle(args, context));
}

/** Declares a tool that deletes. That it looks, asks, and only then acts is decided here, not in the tools. */
export function defineDeletion<I extends z.ZodObject, O extends z.ZodObject, P>(spec: DeletionSpec<I, O, P>): Tool {
  return toTool(spec, async (args, context, confirm) => {
    const preview = await spec.preview(args, context);
    const alreadyDone = spec.alreadyDone?.(preview);
    if (alreadyDone) return alreadyDone;
    const { confirmation_code: code, ...bound } = confirmable.parse(args);
    const { ask, ...words } = spec.question(preview, context);
    const decision = await confirm({ tool: spec.name, args: bound, ...words }, code);
    if (decision.kind === 'yes') {
      context.signal.throwIfAborted();
      const confirmed = decision.by;
      return spec.perform(args, preview, {
        ...context,
        write: (write, send) => context.write({ ...write, confirmed }, send),
      });
    }
    const result = decision.kind === 'code' ? needsCode(spec, ask, decision) : notDone(spec.verb, decision.why);
    return spec.unconfirmed(preview, result);
  });
}

const confirmable = z.looseObject({ confirmation_code: z.string().optional() });

function needsCode(
  { name, verb }: { name: string; verb: string },
  ask: string,
  decision: Extract<Decision, { kind: 'code' }>,
): Unconfirmed {
  const { code, expiresAt, wrongCode } = decision;
  return {
    summary: [
      ...(wrongCode
        ? ['That confirmation code is wrong, used, expired or for another call, or the target has changed since.']
        : []),
      `Nothing was ${verb} yet: ${ask}. Show this to the user and stop.`,
      `If the user agrees, call ${name} again with the same arguments and confirmation_code ${code} before ${utcTime(expiresAt)}.`,
    ].join(' '),
    status: 'confirmation_required',
    confirmation_code: code,
    expires_at: utcTime(expiresAt),
  };
}

const LEAVE_IT = 'Do not try again unless the user asks for it.';
const CODE_MODE = 'If this client never shows the question, its operator can set AGORA_THREADS_CONFIRM=code.';

const WHY_NOT: Record<Extract<Decision, { kind: 'no' }>['why'], string> = {
  declined: `the question was declined, or this client could not show it. ${LEAVE_IT} ${CODE_MODE}`,
  timed_out: `nobody answered the question within 5 minutes. ${LEAVE_IT} ${CODE_MODE}`,
  failed: `the client failed to put the question to the user. ${LEAVE_IT} ${CODE_MODE}`,
  no_forms:
    'this server asks by form alone (AGORA_THREADS_CONFIRM=elicitation), and this client shows no forms. Do not try again; the operator can change the setting or the client.',
};

const notDone = (verb: string, why: keyof typeof WHY_NOT): Unconfirmed => ({
  summary: `Nothing was ${verb}: ${WHY_NOT[why]}`,
  status: 'declined',
});

function toTool<I extends z.ZodObject, O extends z.ZodObject>(
  spec: Spec<I, O> & { kind: ToolKind },
  run: (args: z.output<I>, context: ToolContext, confirm: Confirm) => Promise<Result<O>>,
): Tool {
  const { name, title, description, kind, input } = spec;
  return {
    name,
    title,
    description,
    kind,
    annotations: { title, ...HINTS[kind], openWorldHint: false },
    // Makes Claude Code ask its user even if the tool is always allowed.
    meta: kind === 'delete' ? { 'anthropic/requiresUserInteraction': true } : undefined,
    inputSchema: () => jsonSchema(input),
    outputSchema: () => jsonSchema(spec.output),
    argumentNames: Object.keys(input.shape),
    async prepare(raw) {
      const args = input.parse(raw);
      return async (context, confirm) => {
        const result = await run(args, context, confirm);
        const marked = context.app.sandbox ? { ...result, summary: `[sandbox] ${result.summary}` } : result;
        return { structured: marked, text: spec.text(marked) };
      };
    },
  };
}

/** Made as for input, so that an output object stays open for keys of a later version. */
function jsonSchema(schema: z.ZodObject): Record<string, unknown> {
  const { $schema: _dialect, ...json } = z.toJSONSchema(schema, { io: 'input' });
  return json;
}
