import { Server } from '@modelcontextprotocol/sdk/server/index.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import { ErrorCode } from '@modelcontextprotocol/sdk/types.js';
import * as z from 'zod';
import type { Clock } from '../base/clock.ts';
import { defined } from '../base/defined.ts';
import type { Language } from '../base/language.ts';
import type { Log } from '../base/log.ts';
import { createStopwatch } from '../base/stopwatch.ts';
import type { ConfirmMode } from '../settings/schema.ts';
import { type Asker, formParams } from '../toolkit/ask-by-form.ts';
import { startCallTime } from '../toolkit/call-time.ts';
import type { AppConnection, Session, Tool } from '../toolkit/define-tool.ts';
import { createGate } from '../toolkit/gate.ts';
import { healArguments } from '../toolkit/heal-arguments.ts';
import { VIEW_KEY } from '../toolkit/view-data.ts';
import { nextStep, readShows, type Shows, type Step, VIEWS } from '../toolkit/way-to-ask.ts';
import { createWriter, type WriteOutcome, withDeletionsTold } from '../toolkit/writer.ts';
import { describeFailure, type Failure } from './error-text.ts';
import { NO_TIMEOUT, protocolError, renumbered, toClientId } from './json-rpc.ts';
import { type PromptSource, promptListing, promptMessage } from './prompt-requests.ts';
import { isListed, listView, readResource, resourcesFor, toolMeta, type Ways } from './view-resource.ts';

export interface ServerOptions {
  readonly version: string;
  readonly tools: readonly Tool[];
  /** Listed beside the tools where a person answers by a click. */
  readonly toolsForViews: readonly Tool[];
  /** Reads the page of the view. */
  readonly readPage: () => Promise<string>;
  readonly prompts: PromptSource;
  readonly instructions: string;
  readonly confirm: ConfirmMode;
  /** What an accepted form proves; our own command line answers forms for a terminal or a flag. */
  readonly formIs?: 'form' | 'terminal' | 'flag' | undefined;
  /** Of the questions to a person. */
  readonly language: Language;
  /** Connects to the app at the first tool call; later calls, and the servers of other sessions, share the connection. */
  readonly connect: () => Promise<AppConnection>;
  /** Who holds this session, and which replica serves it: for the audit log, and for the cap on deletions. */
  readonly subject?: string | undefined;
  readonly replica?: string | undefined;
  /** Aborted when the server begins to end: questions are closed, and nothing new is sent. */
  readonly ending?: AbortSignal | undefined;
  /** Whether `connect` reaches the sandbox: errors from before a connection are marked too. */
  readonly sandbox: boolean;
  readonly clock: Clock;
  readonly log: Log;
  /** Gets each failed call as data; clients are sent its text only. */
  readonly onFailure?: ((failure: Failure) => void) | undefined;
  readonly watch?: ServerWatch | undefined;
}

/** Is told what happens, for metrics. */
export interface ServerWatch {
  /** A call of a tool has ended. */
  call(report: CallReport): void;
  /** The deletion of a thread was sent, and this became of it. */
  deletion(outcome: WriteOutcome<unknown>['kind']): void;
  /** A person is asked by form; what it returns is called once there is an answer, or none will come. */
  question(): () => void;
}

export interface CallReport {
  readonly tool: string;
  /** `ok`, `cancelled`, or the code of the error. */
  readonly outcome: string;
  /** Without the time in which a person was asked. */
  readonly workMs: number;
  /** How much of that was spent waiting for turns under the rate limit. */
  readonly waitedMs: number;
}

/** An MCP server, without the parts of the SDK's that would bypass our JSON-RPC edge. */
export interface ThreadsServer {
  /** Serves over the transport, which must not be started yet. */
  connect(transport: Transport): Promise<void>;
  close(): Promise<void>;
  /** Kept when the connection has ended, from either side. */
  readonly ended: Promise<void>;
}

type Handler = (params: unknown, extra: Extra) => Promise<Record<string, unknown>>;

/** Registers the tools and prompts on an MCP server. This is the one place where a failure becomes text. */
export function createServer(options: ServerOptions): ThreadsServer {
  const { clock, log } = options;
  const server = new Server(
    { name: 'agora-threads-mcp', title: 'Agora Chat threads', version: options.version },
    {
      capabilities: { tools: {}, prompts: {}, resources: {}, extensions: { [VIEWS]: {} } },
      instructions: options.instructions,
    },
  );
  const gate = createGate(options.confirm, clock);
  let session: Session | undefined;
  /** Aborted when the connection ends, for calls that a client cannot give up. */
  const closing = new AbortController();

  /** What the client shows is known once it has said hello. */
  const showsNow = (): Shows => readShows(server.getClientCapabilities());
  function waysNow(): Ways {
    const shows = showsNow();
    return { views: shows.views, step: nextStep(options.confirm, shows) };
  }
  const toolsNow = (ways: Ways): readonly Tool[] =>
    [...options.tools, ...options.toolsForViews].filter((tool) => isListed(tool, options.tools, ways));

  async function callTool(params: unknown, extra: Extra): Promise<Record<string, unknown>> {
    const ways = waysNow();
    const named = toolParams.safeParse(params);
    const tool = named.success ? toolsNow(ways).find(({ name }) => name === named.data.name) : undefined;
    if (!named.success || !tool) throw unknownTool(options.tools);
    const args = healArguments(named.data.arguments ?? {}, tool.inputSchema());
    const time = startCallTime(clock, tool.appOnly ? closing.signal : extra.signal, options.ending);
    const waiting = createStopwatch(clock);
    let outcome = 'ok';
    try {
      const call = await tool.prepare(args);
      const connection = await options.connect();
      session ??= connection.openSession(options.subject);
      const { app, audit } = connection;
      const threads = connection.threads.with({ waits: time.sending, onWait: waiting.start });
      const progress = createProgress(extra);
      const { subject, replica } = options;
      const request_id = toClientId(extra.requestId);
      const about = defined({ tool: tool.name, request_id, subject, replica, app: app.name, host: app.host });
      const writer = createWriter(audit, threads, about, (error) =>
        log.error(`The audit log could not be written after a write of ${tool.name}: ${String(error)}`),
      );
      const write = withDeletionsTold(writer, (became) => options.watch?.deletion(became));
      const audited = audit !== undefined;
      const { language } = options;
      const { signal } = time;
      const ofCall = { language, threads, write, audited, clock, time, signal, progress };
      const asker = createAsker(extra, progress, waysNow().step, options);
      const { structured, text, view, isError } = await call({ ...connection, ...session, ...ofCall }, { gate, asker });
      if (isError) outcome = 'error';
      const drawn = view ?? listView(tool, args, options.tools, ways);
      return defined({
        content: [{ type: 'text', text }],
        structuredContent: structured,
        isError,
        _meta: drawn && { [VIEW_KEY]: drawn },
      });
    } catch (error) {
      const { name, kind, argumentNames } = tool;
      const failure = describeFailure({ tool: name, kind, argumentNames, args, sandbox: options.sandbox, error });
      outcome = extra.signal.aborted ? 'cancelled' : failure.code;
      if (!extra.signal.aborted) log.info(`${name} failed: ${failure.code}`);
      options.onFailure?.(failure);
      return { content: [{ type: 'text', text: failure.text }], isError: true };
    } finally {
      time.end();
      const [workMs, waitedMs] = [time.spent(), waiting.ms()];
      const whose = `call ${toClientId(extra.requestId)} of ${options.subject ?? 'the client'}`;
      log.debug(`${whose}: ${tool.name} ${outcome}, ${workMs} ms, ${waitedMs} ms of them waiting for the rate limit`);
      options.watch?.call({ tool: tool.name, outcome, workMs, waitedMs });
    }
  }

  const toolNames = new Set(options.tools.map(({ name }) => name));
  const prompts = async () =>
    (await options.prompts()).filter(({ tools }) => tools.every((name) => toolNames.has(name)));

  const handlers: ReadonlyMap<string, Handler> = new Map<string, Handler>([
    [
      'tools/list',
      async () => {
        const ways = waysNow();
        return { tools: toolsNow(ways).map((tool) => listing(tool, ways)) };
      },
    ],
    ['tools/call', callTool],
    ['prompts/list', async () => ({ prompts: (await prompts()).map(promptListing) })],
    ['prompts/get', async (params) => promptMessage(await prompts(), params, { tools: toolNames, now: clock.now() })],
    ['resources/list', async () => resourcesFor(showsNow())],
    ['resources/templates/list', async () => ({ resourceTemplates: [] })],
    ['resources/read', (params) => readResource(params, showsNow(), options.readPage)],
  ]);

  // Bypasses the SDK's validation of requests, which reports a model's bad arguments as a protocol error in raw JSON.
  server.fallbackRequestHandler = async ({ method, params }, extra) => {
    const handler = handlers.get(method);
    if (!handler) throw protocolError(ErrorCode.MethodNotFound, 'Method not found');
    return handler(params, extra);
  };

  // The SDK quotes whole messages of the client, which must not reach the log.
  server.onerror = (error) => log.warn(error.message.split(/[:{]/)[0] ?? 'unknown error');
  const ended = new Promise<void>((resolve) => {
    server.onclose = () => {
      closing.abort(new Error('The connection has ended'));
      resolve();
    };
  });
  return {
    connect: (transport) => server.connect(renumbered(transport)),
    close: () => server.close(),
    ended,
  };
}

/** A tool as `tools/list` shows it. */
const listing = (tool: Tool, ways: Ways) =>
  defined({
    name: tool.name,
    title: tool.title,
    description: tool.description,
    inputSchema: tool.inputSchema(),
    outputSchema: tool.outputSchema(),
    annotations: tool.annotations,
    _meta: toolMeta(tool, ways),
  });

/** The tool checks its own arguments. Some clients send `null` for none. */
const toolParams = z.object({ name: z.string(), arguments: z.unknown().optional() });

function unknownTool(tools: readonly Tool[]): Error {
  const names = tools.map(({ name }) => name).join(', ') || 'none, by the settings of this server';
  return protocolError(ErrorCode.InvalidParams, `There is no tool of that name. The tools are: ${names}`);
}

type Extra = Parameters<NonNullable<Server['fallbackRequestHandler']>>[1];

type Progress = (done: number | undefined, total: number | undefined, message: string) => void;

/** Progress of one call, where the client asked for it. MCP wants the number to grow with each message. */
function createProgress(extra: Extra): Progress {
  const progressToken = extra._meta?.progressToken;
  let last = 0;
  return (done, total, message) => {
    if (progressToken === undefined || extra.signal.aborted) return;
    // In thousandths, so that no sum shows as 0.019000000000000003.
    last = Math.max(done ?? 0, Math.round(last * 1_000 + 1) / 1_000);
    const params = defined({ progressToken, progress: last, message, total });
    // A call goes on even where its progress cannot be sent.
    extra.sendNotification({ method: 'notifications/progress', params }).catch(() => undefined);
  };
}

/** Asks a person and keeps the client waiting, within the request that is being answered. */
function createAsker(extra: Extra, progress: Progress, step: Step, { formIs = 'form', watch }: ServerOptions): Asker {
  return {
    step,
    formIs,
    show: (question, signal) =>
      extra
        .sendRequest({ method: 'elicitation/create', params: formParams(question) }, z.looseObject({}), {
          signal,
          // The gate ends the wait for a person itself.
          timeout: NO_TIMEOUT,
        })
        .finally(watch?.question()),
    heartbeat: (message) => progress(undefined, undefined, message),
  };
}
