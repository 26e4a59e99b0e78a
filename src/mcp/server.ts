import { Server } from '@modelcontextprotocol/sdk/server/index.js';
import { Protocol } from '@modelcontextprotocol/sdk/shared/protocol.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import {
  CancelledNotificationSchema,
  ErrorCode,
  type JSONRPCMessage,
  JSONRPCMessageSchema,
  ListToolsRequestSchema,
} from '@modelcontextprotocol/sdk/types.js';
import * as z from 'zod';
import type { Clock } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import { toRedactedJson } from '../base/redact.ts';
import type { ConfirmMode } from '../settings/schema.ts';
import { type Asker, createGate, formParams, showsForms } from '../toolkit/confirm.ts';
import type { Session, Tool } from '../toolkit/define-tool.ts';
import { createSeen } from '../toolkit/seen-threads.ts';
import { createWriter } from '../toolkit/writer.ts';
import { failureText } from './error-text.ts';
import {
  getPromptRequest,
  listPromptsRequest,
  PromptError,
  type PromptSource,
  promptListing,
  promptMessage,
} from './prompt-requests.ts';
import { createStdio, type StdioOptions } from './stdio-transport.ts';

export interface ServerOptions {
  readonly version: string;
  readonly tools: readonly Tool[];
  readonly prompts: PromptSource;
  readonly instructions: string;
  readonly confirm: ConfirmMode;
  /** Reaches the app; called at each tool call, and cheap after the first. */
  readonly connect: () => Promise<Session>;
  /** Is the sandbox what `connect` reaches? Known before it is called, for errors that come earlier. */
  readonly sandbox: boolean;
  readonly clock: Clock;
  readonly log: Log;
}

export type { Server };

/** As long as a timer can run: the gate ends the wait for a person itself. */
const NO_TIMEOUT = 2_147_483_647;

/** Registers the tools on an MCP server. This is the one place where a failure becomes text. */
export function createServer(options: ServerOptions): Server {
  const { tools, clock, log } = options;
  const server = new Server(
    { name: 'agora-threads-mcp', title: 'Agora Chat threads', version: options.version },
    { capabilities: { tools: {}, prompts: {} }, instructions: options.instructions },
  );
  // The SDK numbers its requests from 0, and its client overlooks the cancel of number 0: the first question of a
  // process would stay open after its call was given up.
  Reflect.set(server, '_requestMessageId', 1);
  // Its handler of cancels passes over ids that count as false, such as a client's first: 0.
  server.setNotificationHandler(CancelledNotificationSchema, ({ params: { requestId, reason } }) => {
    const running: unknown = Reflect.get(server, '_requestHandlerAbortControllers');
    const controller: unknown = running instanceof Map ? running.get(requestId) : undefined;
    if (controller instanceof AbortController) controller.abort(reason);
  });
  const gate = createGate(options.confirm, clock);
  const seen = createSeen();
  let listed: ReturnType<typeof listing>[] | undefined;

  server.setRequestHandler(ListToolsRequestSchema, () => {
    listed ??= tools.map(listing);
    return { tools: listed };
  });

  // A server that offers no tasks answers a call that asks for one as any other (MCP 2025-11-25); the SDK refuses it.
  Reflect.set(server, 'assertTaskHandlerCapability', () => undefined);

  // Past the SDK's own check of a call, which words what a model got wrong as an error of the protocol, in JSON.
  Protocol.prototype.setRequestHandler.call(server, callRequest, async ({ params }, extra) => {
    const named = toolParams.safeParse(params);
    const tool = named.success ? tools.find(({ name }) => name === named.data.name) : undefined;
    if (!named.success || !tool) throw unknownTool(tools);
    const args = named.data.arguments ?? {};
    try {
      const call = await tool.prepare(args);
      const { app, threads, groups, audit } = await options.connect();
      const progress = createProgress(extra);
      const about = { tool: tool.name, request_id: extra.requestId, app: app.name, host: app.host };
      const write = createWriter(audit, threads, about, (error) =>
        log.error(`The audit log could not be written after a write of ${tool.name}: ${String(error)}`),
      );
      const audited = audit !== undefined;
      const context = { app, threads, groups, write, audited, seen, clock, signal: extra.signal, progress };
      const asker = createAsker(extra, progress, showsForms(server.getClientCapabilities()));
      const { structured, text } = await call(context, (question, code) => gate(question, code, asker, extra.signal));
      return { content: [{ type: 'text' as const, text }], structuredContent: structured };
    } catch (error) {
      const text = failureText({
        tool: tool.name,
        kind: tool.kind,
        argumentNames: tool.argumentNames,
        args,
        sandbox: options.sandbox,
        error,
      });
      if (!extra.signal.aborted) log.info(`${tool.name} failed: ${/^Error \[(\w+)\]/.exec(text)?.[1] ?? 'unknown'}`);
      return { content: [{ type: 'text' as const, text }], isError: true };
    }
  });

  const promptsNow = () => options.prompts({ tools: new Set(tools.map(({ name }) => name)), now: clock.now() });

  server.setRequestHandler(listPromptsRequest, async () => ({ prompts: (await promptsNow()).map(promptListing) }));

  server.setRequestHandler(getPromptRequest, async ({ params }) => {
    try {
      return promptMessage(await promptsNow(), params);
    } catch (error) {
      throw error instanceof PromptError ? invalidParams(error.message) : error;
    }
  });

  // The SDK quotes whole messages of the client, which are not ours to log.
  server.onerror = (error) => log.warn(error.message.split(/[:{]/)[0] ?? 'unknown error');
  return server;
}

const listing = (tool: Tool) => ({
  name: tool.name,
  title: tool.title,
  description: tool.description,
  inputSchema: objectSchema.parse(tool.inputSchema()),
  outputSchema: objectSchema.parse(tool.outputSchema()),
  annotations: tool.annotations,
  ...(tool.meta && { _meta: tool.meta }),
});

/** All of our schemas are objects; MCP's type wants to see it. */
const objectSchema = z.looseObject({ type: z.literal('object') });

const callRequest = z.object({ method: z.literal('tools/call'), params: z.unknown().optional() });
/** The arguments are for the tool to judge. Some clients send `null` for none. */
const toolParams = z.object({ name: z.string(), arguments: z.unknown().optional() });

function unknownTool(tools: readonly Tool[]): Error {
  const names = tools.map(({ name }) => name).join(', ') || 'none, by the settings of this server';
  return invalidParams(`There is no tool of that name. The tools are: ${names}`);
}

/** An error of the protocol, not of a tool: without the prefix that the SDK's own error class adds. */
const invalidParams = (message: string): Error => Object.assign(new Error(message), { code: ErrorCode.InvalidParams });

type Extra = Parameters<Parameters<Server['setRequestHandler']>[1]>[1];

type Progress = (done: number | undefined, total: number | undefined, message: string) => void;

/** Progress of one call, where the client asked for it. The number must grow with each message, whatever is counted. */
function createProgress(extra: Extra): Progress {
  const progressToken = extra._meta?.progressToken;
  let last = 0;
  return (done, total, message) => {
    if (progressToken === undefined || extra.signal.aborted) return;
    last = Math.max(done ?? 0, last + 0.001);
    const params = { progressToken, progress: last, message, ...(total === undefined ? {} : { total }) };
    // A progress message that cannot be sent is no reason to end a call.
    extra.sendNotification({ method: 'notifications/progress', params }).catch(() => undefined);
  };
}

/** The two ways to a person, through the request that is being answered. */
function createAsker(extra: Extra, progress: Progress, forms: boolean): Asker {
  return {
    forms,
    show: (question, signal) =>
      extra.sendRequest({ method: 'elicitation/create', params: formParams(question) }, z.looseObject({}), {
        signal,
        timeout: NO_TIMEOUT,
      }),
    heartbeat: (message) => progress(undefined, undefined, message),
  };
}

/** Whatever bears an id and asks for nothing is meant as an answer. */
const answerOf = z.object({ id: z.union([z.string(), z.number()]), method: z.undefined().optional() });

/** A request whose form is wrong otherwise can still be answered, and somebody waits for that. */
const refusable = z.object({ id: z.union([z.string(), z.number()]), method: z.unknown() });

const refusal = (id: string | number, message: string): JSONRPCMessage => ({
  jsonrpc: '2.0',
  id,
  error: { code: ErrorCode.InvalidRequest, message },
});

/**
 * A line as messages. A client of MCP 2025-03-26 may send several as one list (a batch), and may be sent their answers
 * one by one.
 *
 * @param reply sends an answer to what is no message
 */
function decode(line: string, reply: (message: JSONRPCMessage) => void): readonly JSONRPCMessage[] {
  const json: unknown = JSON.parse(line);
  if (Array.isArray(json)) return json.flatMap((part: unknown) => toMessages(part, reply) ?? []);
  const messages = toMessages(json, reply);
  if (messages === undefined) throw new Error('no message');
  return messages;
}

/** What a client gets wrong in an answer must end the wait for it, and not be passed over. */
function toMessages(json: unknown, reply: (message: JSONRPCMessage) => void): readonly JSONRPCMessage[] | undefined {
  const message = JSONRPCMessageSchema.safeParse(json);
  if (message.success) return [message.data];
  const answer = answerOf.safeParse(json);
  if (answer.success) return [refusal(answer.data.id, 'The answer is no object')];
  const request = refusable.safeParse(json);
  if (!request.success) return undefined;
  reply(refusal(request.data.id, 'This is no JSON-RPC 2.0 request with an object for its params'));
  return [];
}

/**
 * Serves over a pair of streams until the input ends, the output breaks or `close()` is called on the server.
 *
 * @returns a promise that is kept when the connection has ended
 */
export async function serveOver(
  server: Server,
  streams: Pick<StdioOptions<JSONRPCMessage>, 'input' | 'output' | 'clock'>,
): Promise<void> {
  const transport: Transport = createStdio<JSONRPCMessage>({
    ...streams,
    decode,
    // The last gate for every byte that leaves: whatever was forgotten elsewhere, no secret gets past here.
    encode: toRedactedJson,
  });
  const ended = new Promise<void>((resolve) => {
    server.onclose = resolve;
  });
  await server.connect(transport);
  await ended;
}
