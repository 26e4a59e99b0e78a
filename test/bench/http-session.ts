import * as z from 'zod';
import { initializeParams } from './peer.ts';

/** How a request over HTTP ended. */
export type HttpEnd =
  | { readonly kind: 'answer'; readonly request: number; readonly result: unknown; readonly asked: boolean }
  /** Any status that is not a success. */
  | { readonly kind: 'status'; readonly status: number }
  /** The connection or its stream ended before an answer. */
  | { readonly kind: 'broken'; readonly why: string; readonly asked: boolean };

/** One MCP session over HTTP, without the SDK: every status and every broken stream is seen as it is. */
export interface HttpSession {
  /** `REPLICA.UUID` */
  readonly id: string;
  /** The name at the head of the id. */
  readonly replica: string;
  call(name: string, args: Readonly<Record<string, unknown>>): Promise<HttpEnd>;
  /** Tells the server that the session is over. @returns the status */
  end(): Promise<number>;
}

export interface HttpSessionOptions {
  readonly url: URL;
  readonly token: string;
  /** What the person answers to a form, when they have made up their mind. */
  readonly onAsk: (message: string) => Promise<object>;
  /** The longest wait for an answer, in milliseconds. */
  readonly patienceMs: number;
  /** Makes the ids of requests, so that they can differ in all sessions of a client. */
  readonly nextId: () => number;
}

const message = z.looseObject({
  id: z.union([z.string(), z.number()]).optional(),
  method: z.string().optional(),
  params: z.looseObject({ message: z.string().optional() }).optional(),
  result: z.unknown().optional(),
  error: z.unknown().optional(),
});
type Message = z.output<typeof message>;

/** The refusal of a new session. */
export class NoSession extends Error {
  readonly status: number;
  constructor(status: number) {
    super(`no session: status ${status}`);
    this.status = status;
  }
}

/** @throws NoSession where the server does not open one */
export async function openHttpSession(options: HttpSessionOptions): Promise<HttpSession> {
  const { url, token, onAsk, patienceMs, nextId } = options;
  let id: string | undefined;

  const post = (body: object): Promise<Response> =>
    fetch(url, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${token}`,
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        ...(id !== undefined && { 'mcp-session-id': id, 'mcp-protocol-version': '2025-11-25' }),
      },
      body: JSON.stringify({ jsonrpc: '2.0', ...body }),
      signal: AbortSignal.timeout(patienceMs),
    });

  async function answerQuestion({ id: question, params }: Message): Promise<void> {
    const result = await onAsk(params?.message ?? '');
    const answer = await post({ id: question, result });
    await answer.text();
  }

  async function request(method: string, params: object): Promise<HttpEnd> {
    let asked = false;
    const own = nextId();
    try {
      const answer = await post({ id: own, method, params });
      if (!answer.ok) {
        await answer.text();
        return { kind: 'status', status: answer.status };
      }
      id ??= answer.headers.get('mcp-session-id') ?? undefined;
      let end: HttpEnd | undefined;
      // Read to the end: the connection of an answer that is left half-way cannot be used again.
      for await (const said of messagesOf(answer)) {
        if (said.method === 'elicitation/create') {
          asked = true;
          // A replica that is gone does not take the answer, which the end of this stream tells as well.
          answerQuestion(said).catch(() => undefined);
        } else if (said.method === undefined && said.id === own) {
          end = { kind: 'answer', request: own, result: said.result ?? said.error, asked };
        }
      }
      return end ?? { kind: 'broken', why: 'the stream ended', asked };
    } catch (error) {
      return {
        kind: 'broken',
        why: error instanceof Error ? `${error.message} ${String(error.cause ?? '')}` : '',
        asked,
      };
    }
  }

  const opened = await request('initialize', initializeParams({ elicitation: {} }));
  if (opened.kind !== 'answer' || id === undefined) throw new NoSession(opened.kind === 'status' ? opened.status : 0);
  await (await post({ method: 'notifications/initialized' })).text();
  const own: string = id;
  return {
    id: own,
    replica: own.split('.')[0] ?? '',
    call: (name, args) => request('tools/call', { name, arguments: args }),
    async end() {
      const headers = { authorization: `Bearer ${token}`, 'mcp-session-id': own };
      const answer = await fetch(url, { method: 'DELETE', headers, signal: AbortSignal.timeout(patienceMs) });
      await answer.text();
      return answer.status;
    },
  };
}

/** The messages of an answer: those of its event stream, as they come, or the one of its JSON. */
async function* messagesOf(answer: Response): AsyncGenerator<Message> {
  if (answer.headers.get('content-type')?.startsWith('text/event-stream') !== true) {
    yield message.parse(await answer.json());
    return;
  }
  const decoder = new TextDecoder();
  let rest = '';
  for await (const bytes of answer.body ?? []) {
    const events = (rest + decoder.decode(bytes, { stream: true })).split('\n\n');
    rest = events.pop() ?? '';
    for (const event of events) {
      const data = event.split('\n').flatMap((line) => (line.startsWith('data:') ? [line.slice(5).trimStart()] : []));
      if (data.join('') !== '') yield message.parse(JSON.parse(data.join('\n')));
    }
  }
}
