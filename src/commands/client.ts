import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import * as z from 'zod';
import { systemClock } from '../clock.ts';
import { createStdio } from '../stdio.ts';
import { version } from '../version.ts';

const message = z.looseObject({ id: z.union([z.string(), z.number()]).optional() });
type Message = z.output<typeof message>;
const answer = z.object({ result: z.unknown(), error: z.object({ message: z.string() }).optional() });
const question = z.object({ method: z.literal('elicitation/create'), params: z.object({ message: z.string() }) });

/** What a child process needs of this one's environment, on any system; none of it is a setting of ours. */
const HARMLESS = ['PATH', 'HOME', 'SYSTEMROOT', 'TEMP'];

export interface Client {
  /** The result of a tool call, as it came; rejects where the server refuses it or ends. */
  call(name: string, args: Record<string, unknown>): Promise<unknown>;
  /** Ends the server, and waits until it is gone. */
  close(): Promise<void>;
}

/**
 * Starts this very binary as a server, with the given settings and no other, and speaks MCP with it. The SDK's client
 * would do it too, but half of the SDK's schemas are for clients, and every start of the server would make them.
 *
 * @param ask answers a form, as `elicitation/create` is answered
 */
export async function connectToSelf(
  settings: Record<string, string>,
  ask: (message: string) => Promise<object>,
): Promise<Client> {
  const kept = HARMLESS.flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value]];
  });
  const child = spawn(process.execPath, [fileURLToPath(import.meta.url)], {
    env: { ...Object.fromEntries(kept), ...settings },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const gone = once(child, 'exit');
  const waiting = new Map<Message['id'], (message: Message) => void>();
  let last = 0;

  const lines = createStdio<Message>({
    input: child.stdout,
    output: child.stdin,
    clock: systemClock,
    decode: (line) => message.parse(JSON.parse(line)),
    encode: (sent) => JSON.stringify(sent),
  });
  const send = (body: object) => lines.send({ jsonrpc: '2.0', ...body });
  lines.onmessage = (received) => {
    const asked = question.safeParse(received);
    if (asked.success) void ask(asked.data.params.message).then((result) => send({ id: received.id, result }));
    else waiting.get(received.id)?.(received);
  };
  await lines.start();

  async function request(method: string, params: object): Promise<unknown> {
    const id = ++last;
    const answered = new Promise<Message>((resolve) => waiting.set(id, resolve));
    await send({ id, method, params });
    const received = await Promise.race([answered, gone]);
    waiting.delete(id);
    const { result, error } = answer.parse(
      Array.isArray(received) ? { error: { message: 'The server ended.' } } : received,
    );
    if (error) throw new Error(error.message);
    return result;
  }

  await request('initialize', {
    protocolVersion: '2025-11-25',
    capabilities: { elicitation: { form: {} } },
    clientInfo: { name: 'agora-threads-demo', version },
  });
  await send({ method: 'notifications/initialized' });
  return {
    call: (name, args) => request('tools/call', { name, arguments: args }),
    async close() {
      child.stdin.end();
      await gone;
    },
  };
}
