import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { InMemoryTransport } from '@modelcontextprotocol/sdk/inMemory.js';
import { ElicitRequestSchema } from '@modelcontextprotocol/sdk/types.js';
import * as z from 'zod';
import { version } from '../base/version.ts';
import type { ThreadsServer } from './server.ts';

/** How far a call is; `total` where it is known. */
export interface Progress {
  readonly progress: number;
  readonly total?: number | undefined;
  readonly message?: string | undefined;
}

export interface CallOptions {
  readonly signal: AbortSignal;
  readonly onProgress?: ((progress: Progress) => void) | undefined;
}

export interface Outcome {
  readonly text: string;
  /** Undefined for an error. */
  readonly structured: Record<string, unknown> | undefined;
}

export interface InnerClient {
  /** The answer to tools/list, whole. */
  listTools(): Promise<z.output<typeof listed>>;
  call(tool: string, args: Record<string, unknown>, options: CallOptions): Promise<Outcome>;
  close(): Promise<void>;
}

/** As long as a timer can run: a walk ends by itself, and a person may think. */
const NO_TIMEOUT = 2_147_483_647;

const listed = z.looseObject({ tools: z.array(z.looseObject({ name: z.string() })) });
const result = z.object({
  content: z.tuple([z.object({ text: z.string() })]),
  structuredContent: z.record(z.string(), z.unknown()).optional(),
});

/**
 * A client joined to the server within this process. What a script gets is what an assistant gets: the same checks of
 * arguments, the same gate before anything is lost, the same words.
 *
 * @param ask answers the question of a tool that deletes; true deletes
 */
export async function connectInside(
  server: ThreadsServer,
  ask: (question: { message: string; label: string }, signal: AbortSignal) => Promise<boolean>,
): Promise<InnerClient> {
  const client = new Client({ name: 'agora-threads-call', version }, { capabilities: { elicitation: { form: {} } } });
  client.setRequestHandler(ElicitRequestSchema, async ({ params }, { signal }) => {
    const yes = await ask({ message: params.message, label: labelOf(params) }, signal);
    return yes ? { action: 'accept', content: { confirm: true } } : { action: 'decline' };
  });
  const [ofClient, ofServer] = InMemoryTransport.createLinkedPair();
  await Promise.all([server.connect(ofServer), client.connect(ofClient)]);
  return {
    // Not by the client's own call, which would compile the schemas of all results.
    listTools: () => client.request({ method: 'tools/list' }, listed),
    async call(name, args, { signal, onProgress }) {
      const raw = await client.callTool({ name, arguments: args }, undefined, {
        signal,
        timeout: NO_TIMEOUT,
        ...(onProgress && { onprogress: onProgress }),
      });
      const { content, structuredContent } = result.parse(raw);
      return { text: content[0].text, structured: structuredContent };
    },
    close: () => client.close(),
  };
}

const form = z.object({
  requestedSchema: z.object({ properties: z.object({ confirm: z.object({ title: z.string() }) }) }),
});

/** The words beside the box to tick. */
const labelOf = (params: unknown): string => form.parse(params).requestedSchema.properties.confirm.title;
