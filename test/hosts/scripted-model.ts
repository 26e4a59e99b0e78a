import { createServer } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import * as z from 'zod';
import { anthropic } from './model/anthropic.ts';
import type { Heard, Reply, Vendor } from './model/conversation.ts';
import { gemini } from './model/gemini.ts';
import { openaiChat } from './model/openai-chat.ts';
import { openaiResponses } from './model/openai-responses.ts';
import { countsFrom, nextReply } from './script-player.ts';

const VENDORS: readonly Vendor[] = [anthropic, openaiResponses, openaiChat, gemini];

const address = z.object({ port: z.number() });

/** A request as it came, and what was read from it. */
export interface ModelRequest {
  readonly url: string;
  readonly body: string;
  readonly heard: Heard | undefined;
  readonly reply: Reply | undefined;
}

export interface ScriptedModel {
  /** `http://127.0.0.1:PORT` */
  readonly url: string;
  /** All since the last `forget`, in order. */
  readonly requests: readonly ModelRequest[];
  forget(): void;
  close(): void;
}

/** A stand-in for four vendors' models on loopback. It decides nothing: what it says is in `scenes.ts`. */
export async function startModel(): Promise<ScriptedModel> {
  const requests: ModelRequest[] = [];
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const part of request.setEncoding('utf8')) body += part;
    const url = request.url ?? '';
    const path = url.split('?')[0] ?? '';
    const vendor = VENDORS.find((one) => one.path.test(path));
    const json: unknown = body === '' ? {} : JSON.parse(body);
    const heard = vendor?.hear(json);
    const reply = heard && nextReply(heard);
    requests.push({ url, body, heard, reply });
    if (heard && reply) await wait(Math.max(0, countsFrom(heard, reply) - Date.now()));
    if (vendor && reply) {
      const answer = vendor.say(reply, { url, body: json });
      response.writeHead(200, { 'content-type': answer.type }).end(answer.body);
    } else {
      // Counting tokens, or a list of models.
      const known = /count_?tokens$/i.test(path);
      response.writeHead(known ? 200 : 404, { 'content-type': 'application/json' });
      response.end(known ? '{"input_tokens":10,"totalTokens":10}' : '{"error":{"message":"no such path"}}');
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${address.parse(server.address()).port}`,
    requests,
    forget: () => void requests.splice(0),
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
