import {
  ErrorCode,
  type JSONRPCMessage,
  JSONRPCMessageSchema,
  type RequestId,
} from '@modelcontextprotocol/sdk/types.js';
import * as z from 'zod';

/** An id without a method is a response. */
const responseLike = z.object({ id: z.union([z.string(), z.number()]), method: z.undefined().optional() });

/** A request with a fault elsewhere can still be answered, and somebody waits for the answer. */
const requestLike = z.object({ id: z.union([z.string(), z.number()]), method: z.unknown() });

export const refusal = (id: RequestId, message: string): JSONRPCMessage => ({
  jsonrpc: '2.0',
  id,
  error: { code: ErrorCode.InvalidRequest, message },
});

/** What a client sent: a message, or the answer to a malformed request. */
export type ReadMessage =
  | { readonly kind: 'message'; readonly message: JSONRPCMessage }
  | { readonly kind: 'refused'; readonly answer: JSONRPCMessage };

/**
 * Reads one message; undefined for what is none and cannot be answered. A malformed response becomes an error, which
 * ends the wait for it: dropped, it would leave a question open.
 */
export function readMessage(json: unknown): ReadMessage | undefined {
  const message = JSONRPCMessageSchema.safeParse(json);
  if (message.success) return { kind: 'message', message: message.data };
  const response = responseLike.safeParse(json);
  if (response.success) return { kind: 'message', message: refusal(response.data.id, 'The answer is no object') };
  const request = requestLike.safeParse(json);
  if (!request.success) return undefined;
  const answer = refusal(request.data.id, 'This is no JSON-RPC 2.0 request with an object for its params');
  return { kind: 'refused', answer };
}
