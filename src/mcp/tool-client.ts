import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import { ElicitRequestSchema } from '@modelcontextprotocol/sdk/types.js';
import * as z from 'zod';
import { defined } from '../base/defined.ts';
import { version } from '../base/version.ts';
import { NO_TIMEOUT } from './json-rpc.ts';

/** How far a call is; `total` where it is known. */
export interface Progress {
  readonly progress: number;
  readonly total?: number | undefined;
  readonly message?: string | undefined;
}

export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: Progress) => void) | undefined;
}

export interface Outcome {
  readonly text: string;
  /** Undefined for an error. */
  readonly structured: Record<string, unknown> | undefined;
}

export interface ToolClient {
  /** The whole answer to tools/list. */
  listTools(): Promise<z.output<typeof listed>>;
  /** Has no time limit of its own: a walk ends by itself, and a person may think. */
  call(tool: string, args: Record<string, unknown>, options?: CallOptions): Promise<Outcome>;
  close(): Promise<void>;
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
 * Connects a client that shows forms to this server, whose end of the transport is served already or soon.
 *
 * @param name of the client, as the server sees it
 */
export async function connectToolClient(transport: Transport, name: string, ask: Ask): Promise<ToolClient> {
  const client = new Client({ name, version }, { capabilities: { elicitation: { form: {} } } });
  client.setRequestHandler(ElicitRequestSchema, async ({ params }, { signal }) => {
    const { message, requestedSchema } = form.parse(params);
    const yes = await ask({ message, label: requestedSchema.properties.confirm.title }, signal);
    return yes ? { action: 'accept', content: { confirm: true } } : { action: 'decline' };
  });
  await client.connect(transport);
  return {
    // The client's own listTools() would compile the schemas of all results.
    listTools: () => client.request({ method: 'tools/list' }, listed),
    async call(tool, args, { signal, onProgress } = {}) {
      const options = defined({ signal, onprogress: onProgress, timeout: NO_TIMEOUT });
      const { content, structuredContent } = result.parse(
        await client.callTool({ name: tool, arguments: args }, undefined, options),
      );
      return { text: content[0].text, structured: structuredContent };
    },
    close: () => client.close(),
  };
}
