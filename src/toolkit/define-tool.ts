import * as z from 'zod';
import type { Sending } from '../agora/api-call.ts';
import type { ErrorCode } from '../agora/errors.ts';
import type { Groups } from '../agora/groups.ts';
import type { Threads } from '../agora/threads.ts';
import type { Clock } from '../base/clock.ts';
import { defined } from '../base/defined.ts';
import type { Language } from '../base/language.ts';
import type { NewestMap } from '../base/newest-map.ts';
import type { Directory } from '../lists/directory.ts';
import type { RowReason } from '../present/error-words.ts';
import type { ToolKind } from '../settings/tool-selection.ts';
import type { Asker } from './ask-by-form.ts';
import type { Audit } from './audit-log.ts';
import type { RecordSearch } from './audit-records.ts';
import type { CallTime } from './call-time.ts';
import type { No } from './confirmation-words.ts';
import type { DeletionCap } from './deletion-cap.ts';
import type { Gate } from './gate.ts';
import type { GroupNames } from './group-names.ts';
import type { LastRecord, OwnDeletion } from './last-records.ts';
import type { Seen } from './seen-threads.ts';
import type { ConfirmView } from './view-data.ts';
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

/** A connection to one app, made at the first call and kept. All sessions share it. */
export interface AppConnection {
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
  /** Searches what the audit log keeps of deleted threads, which outlives the process; undefined where there is none. */
  readonly findInAuditLog: ((threadId: string, signal: AbortSignal) => Promise<RecordSearch>) | undefined;
  /** The last records of this process's deletions, by thread id. */
  readonly records: NewestMap<LastRecord>;
  /** How far this machine's clock is ahead of the service's, by its last answer, in milliseconds; undefined before any. */
  readonly clockAhead: () => number | undefined;
  /** A place in the order of looks and deletions, which go before all other calls. */
  readonly nextTurn: () => number;
  /** @param subject who holds the session; undefined where nobody has to say */
  readonly openSession: (subject: string | undefined) => Session;
}

/** What one MCP session has for itself: nothing of it works in another. */
export interface Session {
  readonly seen: Seen;
  /** What this session has deleted, by thread id: the result of a call may never have reached the client. */
  readonly ownDeletions: NewestMap<OwnDeletion>;
  /** Shared by the sessions of one subject. */
  readonly cap: DeletionCap;
}

/** The calls that change nothing, each by name, so that a new call that writes can only be reached through `write`. */
export interface ReadApi
  extends Pick<Threads, 'list' | 'listOfUser' | 'listOfUserInGroup' | 'listMembers' | 'get' | 'listOfGroup'> {
  with(sending: Sending): ReadApi;
}

/** What a handler works with. */
export interface ToolContext extends Omit<AppConnection, 'threads' | 'audit' | 'openSession'>, Session {
  readonly threads: ReadApi;
  /** Sends a write, with its lines in the audit log. */
  readonly write: Writer;
  readonly clock: Clock;
  readonly time: CallTime;
  /** Of texts for a person. */
  readonly language: Language;
  /** Aborted when the client gives up the call, or when its time is over. */
  readonly signal: AbortSignal;
  /** Reports to the client how far a long call has come, if it asked for that. */
  readonly progress: (done: number, total: number | undefined, message: string) => void;
}

/** The way to a person, for tools that delete. It is not part of the context, so that no other tool can ask. */
export interface Confirmation {
  readonly gate: Gate;
  readonly asker: Asker;
}

export interface ToolResult {
  readonly structured: { summary: string } & Record<string, unknown>;
  readonly text: string;
  /** Of a question that a person answers in the view. */
  readonly view?: ConfirmView;
  /** The call failed, but its structure says more than an error's text. */
  readonly isError?: true;
  /** Why nothing was done, for words in the person's language. */
  readonly because?: Reason;
  /** The same of rows. */
  readonly rowReasons?: readonly RowReason[];
}

/** The code of an error, or how a question ended. */
export type Reason = { readonly error: ErrorCode } | { readonly no: No };

/** A tool as clients are shown it. */
export interface Tool {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly kind: ToolKind;
  readonly annotations: Record<string, boolean | string>;
  readonly meta: Record<string, unknown> | undefined;
  /** Its results are drawn as a list, where the client draws views. */
  readonly drawnAs?: 'list';
  /** Only a view may call it. Its calls go on where the host gives up waiting: what they do was a person's will. */
  readonly appOnly?: true;
  /** JSON Schemas, made on demand: a server that a host only starts to see whether it runs never needs them. */
  readonly inputSchema: () => Record<string, unknown>;
  readonly outputSchema: () => Record<string, unknown>;
  /** All arguments, for the message about an unknown one. */
  readonly argumentNames: readonly string[];
}

/** A tool with what it does. */
export interface CallableTool extends Tool {
  /**
   * Checks the arguments and returns the call itself: bad input is refused before any connection is made.
   *
   * @throws ZodError
   */
  readonly prepare: (
    args: unknown,
  ) => Promise<(context: ToolContext, confirmation: Confirmation) => Promise<ToolResult>>;
}

export type Result<O extends z.ZodObject> = z.input<O> & { summary: string };

/** What every tool declares. */
export interface Spec<I extends z.ZodObject, O extends z.ZodObject>
  extends Pick<Tool, 'name' | 'title' | 'description' | 'kind' | 'drawnAs' | 'appOnly'> {
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

/** Declares a tool that loses nothing. */
export function defineTool<I extends z.ZodObject, O extends z.ZodObject>(spec: PlainSpec<I, O>): CallableTool {
  return toTool(spec, async (args, context) => toResult(spec.text, await spec.handle(args, context), context.app));
}

/**
 * The result as a client gets it: marked where the data is invented, and with its text.
 *
 * @param text made from the structure alone
 */
export function toResult<R extends ToolResult['structured']>(
  text: (result: R) => string,
  result: R,
  { sandbox }: Pick<App, 'sandbox'>,
): ToolResult {
  const marked = sandbox ? { ...result, summary: `[sandbox] ${result.summary}` } : result;
  return { structured: marked, text: text(marked) };
}

/** Makes a tool of its declaration. */
export function toTool<I extends z.ZodObject, O extends z.ZodObject>(
  spec: Spec<I, O>,
  run: (args: z.output<I>, context: ToolContext, confirmation: Confirmation) => Promise<ToolResult>,
): CallableTool {
  const { name, title, description, kind, input, drawnAs, appOnly } = spec;
  let inputJson: Record<string, unknown> | undefined;
  return {
    name,
    title,
    description,
    kind,
    annotations: { title, ...HINTS[kind], openWorldHint: false },
    // Makes Claude Code ask its user even if the tool is always allowed.
    meta: kind === 'delete' && !appOnly ? { 'anthropic/requiresUserInteraction': true } : undefined,
    ...defined({ drawnAs, appOnly }),
    // Kept, since the arguments of each call are healed by it.
    inputSchema() {
      inputJson ??= jsonSchema(input);
      return inputJson;
    },
    outputSchema: () => jsonSchema(spec.output),
    argumentNames: Object.keys(input.shape),
    async prepare(raw) {
      const args = input.parse(raw);
      return (context, confirmation) => run(args, context, confirmation);
    },
  };
}

/** OpenAI's strict mode rejects them, so descriptions say them in words. */
const LEFT_OUT = ['default', 'minLength', 'maxLength'] as const;

/** Made as for input, so that an output object stays open for keys of a later version. */
function jsonSchema(schema: z.ZodObject): Record<string, unknown> {
  const { $schema: _dialect, ...json } = z.toJSONSchema(schema, {
    io: 'input',
    override({ jsonSchema }) {
      for (const keyword of LEFT_OUT) delete jsonSchema[keyword];
    },
  });
  return json;
}
