import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { InMemoryTransport } from '@modelcontextprotocol/sdk/inMemory.js';
import { ElicitRequestSchema } from '@modelcontextprotocol/sdk/types.js';
import * as z from 'zod';
import { defined } from '../base/defined.ts';
import { version } from '../base/version.ts';
import { NO_TIMEOUT } from './json-rpc.ts';
import type { ThreadsServer } from './server.ts';

/** How far a call is; `total` where it is known. */
export interface Progress {
  readonly progress: number;
  readonly total?: number | undefined;
  readonly message?: string | undefined;
}

interface CallOptions {
  readonly signal?: AbortSignal;
  readonly onProgress?: ((progress: Progress) => void) | undefined;
}

/** Answers the question of a tool that deletes; true deletes. `label` is the words beside the box to tick. */
export type Ask = (question: { message: string; label: string }, signal: AbortSignal) => Promise<boolean>;

const listed = z.looseObject({ tools: z.array(z.looseObject({ name: z.string() })) });
const result = z.object({
  content: z.tuple([z.object({ text: z.string() })]),
  structuredContent: z.record(z.string(), z.unknown()).optional(),
});
const form = z.object({
  message: z.string(),
  requestedSchema: z.object({ properties: z.object({ confirm: z.object({ title: z.string() }) }) }),
});

/**
 * Joins a client that shows forms to a server within this process. A script gets what an assistant gets: the same checks
 * of arguments, the same confirmation before anything is lost, the same words.
 */
export async function connectInProcess(server: ThreadsServer, ask: Ask) {
  const [ofClient, ofServer] = InMemoryTransport.createLinkedPair();
  await server.connect(ofServer);
  const client = new Client({ name: 'agora-threads-call', version }, { capabilities: { elicitation: { form: {} } } });
  client.setRequestHandler(ElicitRequestSchema, async ({ params }, { signal }) => {
    const { message, requestedSchema } = form.parse(params);
    const yes = await ask({ message, label: requestedSchema.properties.confirm.title }, signal);
    return yes ? { action: 'accept', content: { confirm: true } } : { action: 'decline' };
  });
  await client.connect(ofClient);
  return {
    /** The whole answer to tools/list. The client's own listTools() would compile the schemas of all results. */
    listTools: () => client.request({ method: 'tools/list' }, listed),
    /**
     * Has no time limit of its own: a walk ends by itself, and a person may think.
     *
     * @returns `structured` is undefined for an error
     */
    async call(tool: string, args: Record<string, unknown>, { signal, onProgress }: CallOptions = {}) {
      const options = defined({ signal, onprogress: onProgress, timeout: NO_TIMEOUT });
      const { content, structuredContent } = result.parse(
        await client.callTool({ name: tool, arguments: args }, undefined, options),
      );
      return { text: content[0].text, structured: structuredContent };
    },
    close: () => client.close(),
  };
}
