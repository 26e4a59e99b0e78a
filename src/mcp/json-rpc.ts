import type { Transport, TransportSendOptions } from '@modelcontextprotocol/sdk/shared/transport.js';
import type {
  JSONRPCMessage,
  JSONRPCNotification,
  JSONRPCRequest,
  RequestId,
} from '@modelcontextprotocol/sdk/types.js';
import { toRedactedJson } from '../base/redact.ts';
import { readMessage, refusal } from './read-message.ts';
import { createStdio, type StdioOptions } from './stdio-transport.ts';

/**
 * The SDK takes an id of 0 or "" for none and never cancels such a request, yet numbers its own from 0. So ids are
 * renumbered by one step on the way in, and back on the way out; without a table, which a cancelled request would leak.
 */
const toSdkId = (id: RequestId): RequestId => (typeof id === 'string' ? `=${id}` : id < 0 ? id : id + 1);

/** Undoes `toSdkId`. */
export const toClientId = (id: RequestId): RequestId => (typeof id === 'string' ? id.slice(1) : id < 0 ? id : id - 1);

/**
 * Wraps the server's end of any transport, so that the SDK sees only ids that it can cancel.
 *
 * A request whose id is in flight is refused, since a cancel could end the wrong one of the two. JSON-RPC leaves only
 * that same id for the error. The client, which has broken the protocol, sees the error first, as the answer to
 * whichever call it keeps under the id; later comes the result of the earlier call, which goes on and can be cancelled.
 *
 * `params.task` is dropped: a server without tasks answers such a request like any other (MCP 2025-11-25), but the SDK
 * would refuse it.
 */
export function renumbered(transport: Transport): Transport {
  const inFlight = new Set<RequestId | undefined>();

  const edge: Transport = {
    get sessionId() {
      return transport.sessionId;
    },
    async start() {
      transport.onclose = () => edge.onclose?.();
      transport.onerror = (error) => edge.onerror?.(error);
      transport.onmessage = (message, extra) => {
        const incoming = receive(message);
        if (incoming) edge.onmessage?.(incoming, extra);
      };
      await transport.start();
    },
    send: (message, options) => transport.send(outgoing(message), options && related(options)),
    close: () => transport.close(),
  };

  function receive(message: JSONRPCMessage): JSONRPCMessage | undefined {
    if (!('method' in message)) {
      // The server's own ids are numbers; some clients send them back as text.
      const id = Number(message.id);
      return Number.isInteger(id) ? { ...message, id: toClientId(id) } : message;
    }
    if (!('id' in message)) {
      // The SDK does not answer a cancelled request, so nothing else frees its id.
      inFlight.delete(cancelledId(message));
      return renumberedCancel(message);
    }
    if (inFlight.has(message.id)) {
      const answer = refusal(message.id, 'A request with this id is still in flight; ids must not be used twice');
      transport.send(answer, { relatedRequestId: message.id }).catch((error: Error) => edge.onerror?.(error));
      return undefined;
    }
    inFlight.add(message.id);
    return { ...withoutTask(message), id: toSdkId(message.id) };
  }

  function outgoing(message: JSONRPCMessage): JSONRPCMessage {
    if ('method' in message) {
      return 'id' in message ? { ...message, id: toSdkId(message.id) } : renumberedCancel(message);
    }
    if (message.id === undefined) return message;
    const id = toClientId(message.id);
    inFlight.delete(id);
    return { ...message, id };
  }

  return edge;
}

const related = ({ relatedRequestId, ...options }: TransportSendOptions): TransportSendOptions =>
  relatedRequestId === undefined ? options : { ...options, relatedRequestId: toClientId(relatedRequestId) };

function cancelledId({ method, params }: JSONRPCNotification): RequestId | undefined {
  const id = method === 'notifications/cancelled' ? params?.['requestId'] : undefined;
  return typeof id === 'string' || typeof id === 'number' ? id : undefined;
}

function renumberedCancel(message: JSONRPCNotification): JSONRPCNotification {
  const id = cancelledId(message);
  return id === undefined ? message : { ...message, params: { ...message.params, requestId: toSdkId(id) } };
}

function withoutTask(request: JSONRPCRequest): JSONRPCRequest {
  if (request.params?.['task'] === undefined) return request;
  const { task: _task, ...params } = request.params;
  return { ...request, params };
}

/** An error response. The SDK's own error class would add a prefix to the message. */
export const protocolError = (code: number, message: string): Error => Object.assign(new Error(message), { code });

/** As long as a timer can run. The SDK ends its requests after a minute unless it is given another limit. */
export const NO_TIMEOUT = 2_147_483_647;

/**
 * The messages on a line. A client of MCP 2025-03-26 may send several as one list (a batch); they may be answered one
 * by one.
 *
 * @param reply sends an answer to a part that is not a message
 * @throws Error for a line that is neither a message nor a list
 */
function decode(line: string, reply: (message: JSONRPCMessage) => void): readonly JSONRPCMessage[] {
  const json: unknown = JSON.parse(line);
  const parts = (Array.isArray(json) ? json : [json]).map((part: unknown) => readMessage(part));
  if (!Array.isArray(json) && parts[0] === undefined) throw new Error('not a message');
  return parts.flatMap((part) => {
    if (part?.kind === 'message') return [part.message];
    if (part) reply(part.answer);
    return [];
  });
}

/** A transport over a pair of streams, one message a line. */
export const lineTransport = (streams: Pick<StdioOptions<JSONRPCMessage>, 'input' | 'output' | 'clock'>): Transport =>
  createStdio<JSONRPCMessage>({
    ...streams,
    decode,
    // The last gate for every byte that leaves: a secret that was missed elsewhere is removed here.
    encode: toRedactedJson,
  });
