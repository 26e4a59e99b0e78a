import { Server } from '@modelcontextprotocol/sdk/server/index.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import { ErrorCode } from '@modelcontextprotocol/sdk/types.js';
import * as z from 'zod';
import type { Clock } from '../base/clock.ts';
import { defined } from '../base/defined.ts';
import type { Log } from '../base/log.ts';
import type { ConfirmMode } from '../settings/schema.ts';
import { type Asker, createGate, formParams, showsForms } from '../toolkit/confirm.ts';
import type { Session, Tool } from '../toolkit/define-tool.ts';
import { createSeen } from '../toolkit/seen-threads.ts';
import { createWriter } from '../toolkit/writer.ts';
import { describeFailure, type Failure } from './error-text.ts';
import { NO_TIMEOUT, protocolError, renumbered, toClientId } from './json-rpc.ts';
import { type PromptSource, promptListing, promptMessage } from './prompt-requests.ts';

export interface ServerOptions {
  readonly version: string;
  readonly tools: readonly Tool[];
  readonly prompts: PromptSource;
  readonly instructions: string;
  readonly confirm: ConfirmMode;
  /** Opens the session with the app at the first tool call; later calls share it. */
  readonly connect: () => Promise<Session>;
  /** Whether `connect` reaches the sandbox: errors from before a connection are marked too. */
  readonly sandbox: boolean;
  readonly clock: Clock;
  readonly log: Log;
  /** Gets each failed call as data; clients are sent its text only. */
  readonly onFailure?: ((failure: Failure) => void) | undefined;
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
  const { tools, clock, log } = options;
  const server = new Server(
    { name: 'agora-threads-mcp', title: 'Agora Chat threads', version: options.version },
    { capabilities: { tools: {}, prompts: {} }, instructions: options.instructions },
  );
  const gate = createGate(options.confirm, clock);
  const seen = createSeen();
  let listed: ReturnType<typeof listing>[] | undefined;

  async function callTool(params: unknown, extra: Extra): Promise<Record<string, unknown>> {
    const named = toolParams.safeParse(params);
    const tool = named.success ? tools.find(({ name }) => name === named.data.name) : undefined;
    if (!named.success || !tool) throw unknownTool(tools);
    const args = named.data.arguments ?? {};
    try {
      const call = await tool.prepare(args);
      const { audit, ...session } = await options.connect();
      const { app, threads } = session;
      const progress = createProgress(extra);
      const about = { tool: tool.name, request_id: toClientId(extra.requestId), app: app.name, host: app.host };
      const write = createWriter(audit, threads, about, (error) =>
        log.error(`The audit log could not be written after a write of ${tool.name}: ${String(error)}`),
      );
      const audited = audit !== undefined;
      const context = { ...session, write, audited, seen, clock, signal: extra.signal, progress };
      const asker = createAsker(extra, progress, showsForms(server.getClientCapabilities()));
      const { structured, text } = await call(context, (question, code) => gate(question, code, asker, extra.signal));
      return { content: [{ type: 'text', text }], structuredContent: structured };
    } catch (error) {
      const { name, kind, argumentNames } = tool;
      const failure = describeFailure({ tool: name, kind, argumentNames, args, sandbox: options.sandbox, error });
      if (!extra.signal.aborted) log.info(`${name} failed: ${failure.code}`);
      options.onFailure?.(failure);
      return { content: [{ type: 'text', text: failure.text }], isError: true };
    }
  }

  const promptsNow = () => options.prompts({ tools: new Set(tools.map(({ name }) => name)), now: clock.now() });

  const handlers: ReadonlyMap<string, Handler> = new Map<string, Handler>([
    [
      'tools/list',
      async () => {
        listed ??= tools.map(listing);
        return { tools: listed };
      },
    ],
    ['tools/call', callTool],
    ['prompts/list', async () => ({ prompts: (await promptsNow()).map(promptListing) })],
    ['prompts/get', async (params) => promptMessage(await promptsNow(), params)],
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
    server.onclose = resolve;
  });
  return {
    connect: (transport) => server.connect(renumbered(transport)),
    close: () => server.close(),
    ended,
  };
}

/** A tool as `tools/list` shows it. */
const listing = (tool: Tool) =>
  defined({
    name: tool.name,
    title: tool.title,
    description: tool.description,
    inputSchema: tool.inputSchema(),
    outputSchema: tool.outputSchema(),
    annotations: tool.annotations,
    _meta: tool.meta,
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
    last = Math.max(done ?? 0, last + 0.001);
    const params = defined({ progressToken, progress: last, message, total });
    // A call goes on even where its progress cannot be sent.
    extra.sendNotification({ method: 'notifications/progress', params }).catch(() => undefined);
  };
}

/** Asks a person and keeps the client waiting, within the request that is being answered. */
function createAsker(extra: Extra, progress: Progress, forms: boolean): Asker {
  return {
    forms,
    show: (question, signal) =>
      extra.sendRequest({ method: 'elicitation/create', params: formParams(question) }, z.looseObject({}), {
        signal,
        // The gate ends the wait for a person itself.
        timeout: NO_TIMEOUT,
      }),
    heartbeat: (message) => progress(undefined, undefined, message),
  };
}
