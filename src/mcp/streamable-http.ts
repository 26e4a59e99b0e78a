import { WebStandardStreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/webStandardStreamableHttp.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import {
  isInitializeRequest,
  isJSONRPCNotification,
  isJSONRPCRequest,
  type JSONRPCMessage,
  JSONRPCMessageSchema,
  type RequestId,
} from '@modelcontextprotocol/sdk/types.js';
import * as z from 'zod';
import { readMessage, refusal } from './read-message.ts';

/** The transport of one session over Streamable HTTP. */
export interface SessionTransport extends Transport {
  /** Answers an HTTP request of the session, with the messages of its body where it is a POST. */
  answer(request: Request, messages?: readonly JSONRPCMessage[]): Promise<Response>;
  /** How many requests of the client are not answered yet. */
  inFlight(): number;
  /** Resolves once that is none. */
  idle(): Promise<void>;
}

/** A body that is refused before any session sees it. */
export interface RefusedBody {
  readonly error: JSONRPCMessage | string;
}

/** As many as the SDK takes. */
const LARGEST_BATCH = 100;

/** Reads the body of a POST: a message, or a batch of them (MCP 2025-03-26). */
export function readBody(text: string): readonly JSONRPCMessage[] | RefusedBody {
  const json = parsed(text);
  if (json === undefined) return { error: 'The body is no JSON.' };
  const parts = Array.isArray(json) ? json : [json];
  if (parts.length === 0) return { error: 'The batch is empty.' };
  if (parts.length > LARGEST_BATCH) return { error: `A batch has at most ${LARGEST_BATCH} messages.` };
  const messages: JSONRPCMessage[] = [];
  for (const part of parts) {
    const read = readMessage(part);
    if (read?.kind !== 'message') return { error: read?.answer ?? 'The body is no JSON-RPC message.' };
    messages.push(read.message);
  }
  return messages;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Do these messages begin a session? */
export const beginsSession = (messages: readonly JSONRPCMessage[]): boolean =>
  messages.length === 1 && messages.some(isInitializeRequest);

export const countRequests = (messages: readonly JSONRPCMessage[]): number => messages.filter(isJSONRPCRequest).length;

/** The requests that came in one POST; their answers share its stream. */
interface Post {
  readonly open: Set<RequestId>;
  readonly cancelled: RequestId[];
}

/**
 * The SDK's transport for one session. What the SDK leaves open is closed here: a request whose id is in flight is
 * refused, since its answer would go to the stream of the other; and a cancelled request, which is never answered, does
 * not keep its stream open.
 *
 * @param id of the session
 * @param redactedJson writes a value as JSON, without secrets
 */
export function createSessionTransport(id: string, redactedJson: (value: unknown) => string): SessionTransport {
  const sdk = new WebStandardStreamableHTTPServerTransport({ sessionIdGenerator: () => id });
  const posts = new Map<RequestId, Post>();
  let whenIdle: (() => void)[] = [];

  const transport: SessionTransport = {
    sessionId: id,
    async start() {
      // Its `onerror` tells of nothing but refused requests, whose clients are told by the status.
      sdk.onclose = () => transport.onclose?.();
      sdk.onmessage = (message, extra) => {
        transport.onmessage?.(message, extra);
        const cancelled = cancelledId(message);
        if (cancelled !== undefined) cancel(cancelled);
      };
      await sdk.start();
    },
    async send(message, { relatedRequestId } = {}) {
      const safe = JSONRPCMessageSchema.parse(JSON.parse(redactedJson(message)));
      const answered = 'method' in message ? undefined : message.id;
      // The client may have left the stream. What was done stays done, and nobody is left to be told.
      await sdk.send(safe, relatedRequestId === undefined ? {} : { relatedRequestId }).catch(() => undefined);
      if (answered !== undefined) settle(answered);
    },
    close: () => sdk.close(),
    async answer(request, messages) {
      if (!messages) return sdk.handleRequest(request);
      const ids = messages.filter(isJSONRPCRequest).map((message) => message.id);
      const twice = ids.find((one, at) => posts.has(one) || ids.indexOf(one) !== at);
      if (twice !== undefined) return usedTwice(twice);
      const post: Post = { open: new Set(ids), cancelled: [] };
      for (const one of ids) posts.set(one, post);
      const response = await sdk.handleRequest(request, { parsedBody: messages });
      if (!response.ok) forget(ids);
      return response;
    },
    inFlight: () => posts.size,
    idle: () => new Promise((resolve) => (posts.size === 0 ? resolve() : whenIdle.push(resolve))),
  };

  function forget(ids: readonly RequestId[]): void {
    for (const one of ids) posts.delete(one);
    if (posts.size > 0) return;
    const resolved = whenIdle;
    whenIdle = [];
    for (const resolve of resolved) resolve();
  }

  function cancel(requestId: RequestId): void {
    posts.get(requestId)?.cancelled.push(requestId);
    settle(requestId);
  }

  function settle(requestId: RequestId): void {
    const post = posts.get(requestId);
    forget([requestId]);
    post?.open.delete(requestId);
    if (post?.open.size !== 0) return;
    for (const cancelled of post.cancelled) {
      sdk.closeSSEStream(cancelled);
      // Never seen by the client: it makes the SDK forget the request.
      sdk.send(refusal(cancelled, 'cancelled')).catch(() => undefined);
    }
  }

  return transport;
}

const cancelParams = z.object({ requestId: z.union([z.string(), z.number()]) });

function cancelledId(message: JSONRPCMessage): RequestId | undefined {
  if (!isJSONRPCNotification(message) || message.method !== 'notifications/cancelled') return undefined;
  return cancelParams.safeParse(message.params).data?.requestId;
}

const usedTwice = (id: RequestId): Response =>
  Response.json(refusal(id, 'A request with this id is still in flight; ids must not be used twice'), { status: 400 });
