import { randomUUID } from 'node:crypto';
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import type { Clock } from '../base/clock.ts';
import { readText } from '../base/http-parts.ts';
import type { ThreadsServer } from '../mcp/server.ts';
import { beginsSession, countRequests, createSessionTransport, readBody } from '../mcp/streamable-http.ts';
import { createHeld } from './held.ts';
import { createSessionTable, type HttpSession, isSameGrant } from './session-table.ts';
import { type Grant, hashOf } from './token-line.ts';
import type { TokensFile } from './tokens-file.ts';

export interface McpEndpointOptions {
  /** The first part of each session id. */
  readonly replica: string;
  readonly tokens: Pick<TokensFile, 'grantOf'>;
  /** Makes the server of a session. */
  readonly newServer: (grant: Grant, ending: AbortSignal) => ThreadsServer;
  /** Writes a value as JSON, without secrets. */
  readonly redactedJson: (value: unknown) => string;
  readonly clock: Clock;
}

/** MCP's address on this server: tokens, sessions and their limits. Everything else is the SDK's transport. */
export function createMcpEndpoint(options: McpEndpointOptions) {
  const { replica, tokens, newServer, redactedJson, clock } = options;
  const table = createSessionTable(clock);
  const ending = new AbortController();
  const hold = createHeld(MOST_HELD);

  /** Whose request it is, or the 401 for nobody's. */
  function authorized({ authorization }: IncomingHttpHeaders): { grant: Grant; hash: string } | Response {
    const token = /^Bearer +(\S+)$/i.exec(authorization ?? '')?.[1];
    if (token === undefined) return unauthorized('A bearer token is needed.', 'Bearer');
    const hash = hashOf(token);
    const grant = tokens.grantOf(hash);
    return grant ? { grant, hash } : unauthorized('This token is not valid.', 'Bearer error="invalid_token"');
  }

  /** @param target what the response is written to: while it is open, its session is in use */
  async function answer(request: IncomingMessage, target: ServerResponse): Promise<Response> {
    const { method = '', headers } = request;
    const who = authorized(headers);
    if (who instanceof Response) return who;
    if (!['GET', 'POST', 'DELETE'].includes(method)) {
      return refusal(405, 'The methods are GET, POST and DELETE.', { allow: 'GET, POST, DELETE' });
    }
    const id = headers['mcp-session-id']?.toString();
    const session = id === undefined ? undefined : table.find(id);
    if (id !== undefined && !isSameGrant(who.grant, session?.grant)) return refusal(404, NO_SESSION);
    if (method !== 'POST') {
      if (!session) return refusal(400, 'The header Mcp-Session-Id is missing.');
      return inSession(session, who.hash, request, target);
    }
    const { subject } = who.grant;
    const endAnswer = hold(subject, 1);
    if (!endAnswer) return tooMany();
    target.once('close', endAnswer);
    const endBody = hold(subject, Math.ceil(Math.min(bodySize(headers), LARGEST_BODY) / HELD_BYTES));
    if (!endBody) return tooMany();
    const text = await readText(request, LARGEST_BODY).finally(endBody);
    // While the body came, slowly perhaps, the token may have been taken away.
    const now = authorized(headers);
    if (now instanceof Response) return now;
    if (session && !isSameGrant(now.grant, session.grant)) return refusal(404, NO_SESSION);
    if (text === undefined) return refusal(413, `The body has more than ${LARGEST_BODY} bytes.`);
    const messages = readBody(text);
    if ('error' in messages) {
      return typeof messages.error === 'string'
        ? refusal(400, messages.error)
        : Response.json(messages.error, { status: 400 });
    }
    const requests = countRequests(messages);
    if (requests > 0 && table.underWay(subject) + requests > MOST_UNDER_WAY) return tooMany();
    if (session) return inSession(session, now.hash, request, target, messages);
    if (!beginsSession(messages)) return refusal(400, 'The header Mcp-Session-Id is missing.');
    if (ending.signal.aborted) return refusal(503, 'This server is ending.', { 'retry-after': '5' });
    const full = table.makeRoom(now.grant.subject);
    if (full === 'subject') return refusal(429, 'Too many sessions of this token are in use.', { 'retry-after': '60' });
    if (full === 'process') return refusal(503, 'Too many sessions are in use.', { 'retry-after': '60' });
    const begun = await begin(now.grant, now.hash);
    const response = await inSession(begun, now.hash, request, target, messages);
    if (!response.ok) table.end(begun);
    return response;
  }

  async function begin(grant: Grant, tokenHash: string): Promise<HttpSession> {
    const id = `${replica}.${randomUUID()}`;
    const transport = createSessionTransport(id, redactedJson);
    const session: HttpSession = { id, grant, transport, tokenHash, streams: 0 };
    table.add(session);
    const server = newServer(grant, ending.signal);
    void server.ended.then(() => table.end(session));
    await server.connect(transport);
    return session;
  }

  function inSession(
    session: HttpSession,
    tokenHash: string,
    request: IncomingMessage,
    target: ServerResponse,
    messages?: Parameters<HttpSession['transport']['answer']>[1],
  ): Promise<Response> {
    session.tokenHash = tokenHash;
    table.touch(session);
    // Where the client has left already, no close is to come.
    if (!target.destroyed) {
      session.streams += 1;
      target.once('close', () => {
        session.streams -= 1;
        table.touch(session);
      });
    }
    return session.transport.answer(forSdk(request), messages);
  }

  return {
    answer,
    authorized,
    sessions: table,
    /** Begins no session from now on, and closes all questions. Resolves once no call is under way. */
    async drain(): Promise<void> {
      ending.abort();
      await Promise.all(table.all().map(({ transport }) => transport.idle()));
    },
    /** Ends all sessions, and whatever is still under way in them. */
    close(): void {
      for (const session of table.all()) table.end(session);
    },
  };
}

/** In bytes. */
const LARGEST_BODY = 1024 * 1024;

/** Requests of a name that are not answered yet: four seconds of work at the usual rate limit. */
const MOST_UNDER_WAY = 200;
/** POSTs of a name whose answer its client has not taken yet. While a body comes, each 32 KB of it count as one more. */
const MOST_HELD = 400;
const HELD_BYTES = 32 * 1024;

/** Of a body that is about to come, in bytes; infinite where its length is not announced. */
const bodySize = (headers: IncomingHttpHeaders): number =>
  Number(headers['content-length'] ?? Number.POSITIVE_INFINITY);

const NO_SESSION = 'There is no such session: begin a new one.';

/** A refusal in the form that the SDK's own have. */
export const refusal = (status: number, message: string, headers: Readonly<Record<string, string>> = {}): Response =>
  Response.json({ jsonrpc: '2.0', error: { code: -32_000, message }, id: null }, { status, headers });

const tooMany = (): Response =>
  refusal(429, 'Too many requests of this token are under way, or their answers unread.', { 'retry-after': '5' });

const unauthorized = (message: string, challenge: string): Response =>
  refusal(401, message, { 'www-authenticate': challenge });

/** All that the SDK looks at; the token is not for it. */
const FOR_SDK = ['accept', 'content-type', 'mcp-session-id', 'mcp-protocol-version'];

function forSdk({ method = '', headers }: IncomingMessage): Request {
  const kept = FOR_SDK.flatMap((name): [string, string][] => {
    const value = headers[name];
    return value === undefined ? [] : [[name, value.toString()]];
  });
  return new Request('http://localhost/mcp', { method, headers: kept });
}
