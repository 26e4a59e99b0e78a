import { Server } from '@modelcontextprotocol/sdk/server/index.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import { ErrorCode } from '@modelcontextprotocol/sdk/types.js';
import * as z from 'zod';
import { defined } from '../base/defined.ts';
import type { Tool } from '../toolkit/define-tool.ts';
import { nextStep, readShows, VIEWS } from '../toolkit/way-to-ask.ts';
import type { Caller, CallOptions, Extra } from './call-tool.ts';
import { protocolError, renumbered } from './json-rpc.ts';
import { type PromptSource, promptListing, promptMessage } from './prompt-requests.ts';
import { isListed, readResource, resourcesFor, toolMeta, type Ways } from './view-resource.ts';

export interface ServerOptions extends CallOptions {
  readonly version: string;
  /** Listed beside the tools where a person answers by a click. */
  readonly toolsForViews: readonly Tool[];
  /** Loads what calls tools, at the first call. */
  readonly loadCaller: (options: CallOptions, closing: AbortSignal) => Promise<Caller>;
  /** Reads the page of the view. */
  readonly readPage: () => Promise<string>;
  readonly prompts: PromptSource;
  readonly instructions: string;
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

/** Registers the tools and prompts on an MCP server. */
export function createServer(options: ServerOptions): ThreadsServer {
  const server = new Server(
    { name: 'agora-threads-mcp', title: 'Agora Chat threads', version: options.version },
    {
      capabilities: { tools: {}, prompts: {}, resources: {}, extensions: { [VIEWS]: {} } },
      instructions: options.instructions,
    },
  );
  const closing = new AbortController();
  let caller: Promise<Caller> | undefined;

  /** What the client shows is known once it has said hello. */
  function waysNow(): Ways {
    const shows = readShows(server.getClientCapabilities());
    return { views: shows.views, step: nextStep(options.confirm, shows) };
  }
  const toolsFor = (ways: Ways): readonly Tool[] =>
    [...options.tools, ...options.toolsForViews].filter((tool) => isListed(tool, options.tools, ways));

  async function listTools(): Promise<Record<string, unknown>> {
    const ways = waysNow();
    return { tools: toolsFor(ways).map((tool) => listing(tool, ways)) };
  }

  async function callTool(params: unknown, extra: Extra): Promise<Record<string, unknown>> {
    const ways = waysNow();
    const { name, arguments: args } = toolParams.safeParse(params).data ?? {};
    const tool = toolsFor(ways).find((one) => one.name === name);
    if (!tool) throw unknownTool(options.tools);
    caller ??= options.loadCaller(options, closing.signal).catch((error: unknown) => {
      // What is missing may be there at the next call.
      caller = undefined;
      return failing(error);
    });
    return (await caller)({ tool, args: args ?? {}, ways, extra });
  }

  /** Answers each call as a tool that failed does, since hosts may hide errors of the protocol from the model. */
  const failing = (error: unknown): Caller => {
    const text = `Error [internal_error]: ${options.sandbox ? '[sandbox] ' : ''}${error instanceof Error ? error.message : 'unknown'}`;
    return async () => {
      options.onFailure?.({ code: 'internal_error', text });
      return { content: [{ type: 'text', text }], isError: true };
    };
  };

  const toolNames = new Set(options.tools.map(({ name }) => name));
  const prompts = async () =>
    (await options.prompts()).filter(({ tools }) => tools.every((name) => toolNames.has(name)));

  const handlers: ReadonlyMap<string, Handler> = new Map<string, Handler>([
    ['tools/list', listTools],
    ['tools/call', callTool],
    ['prompts/list', async () => ({ prompts: (await prompts()).map(promptListing) })],
    [
      'prompts/get',
      async (params) => promptMessage(await prompts(), params, { tools: toolNames, now: options.clock.now() }),
    ],
    ['resources/list', async () => resourcesFor(waysNow())],
    ['resources/templates/list', async () => ({ resourceTemplates: [] })],
    ['resources/read', (params) => readResource(params, waysNow(), options.readPage, options.language)],
  ]);

  // Bypasses the SDK's validation of requests, which reports a model's bad arguments as a protocol error in raw JSON.
  server.fallbackRequestHandler = async ({ method, params }, extra) => {
    const handler = handlers.get(method);
    if (!handler) throw protocolError(ErrorCode.MethodNotFound, 'Method not found');
    return handler(params, extra);
  };

  // The SDK quotes whole messages of the client, which must not reach the log.
  server.onerror = (error) => options.log.warn(error.message.split(/[:{]/)[0] ?? 'unknown error');
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
