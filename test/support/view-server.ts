import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { ElicitRequestSchema } from '@modelcontextprotocol/sdk/types.js';
import { onTestFinished } from 'vitest';
import * as z from 'zod';
import { BINARY } from './binary.ts';
import type { CallTool } from './chat.ts';
import { DRAWS_VIEWS } from './draws-views.ts';

/** The built server as a child process of a host that draws views. */
export interface ViewServer {
  /** Gives a call up after so many milliseconds, by default a minute, as hosts do. */
  readonly call: (name: string, args: Readonly<Record<string, unknown>>, timeout?: number) => ReturnType<CallTool>;
}

const result = z.record(z.string(), z.unknown());

/** @param form what the user answers to each form; without it the client shows none */
export async function startViewServer(
  env: Readonly<Record<string, string>>,
  form?: { readonly action: 'accept' | 'decline'; readonly content?: { readonly confirm: boolean } },
): Promise<ViewServer> {
  const capabilities = { ...DRAWS_VIEWS, ...(form && { elicitation: { form: {} } }) };
  const client = new Client({ name: 'test-chat', version: '1.0.0' }, { capabilities });
  if (form) client.setRequestHandler(ElicitRequestSchema, () => ({ ...form }));
  await client.connect(
    new StdioClientTransport({ command: process.execPath, args: [BINARY], env: { ...env }, stderr: 'ignore' }),
  );
  onTestFinished(() => client.close());
  return {
    call: async (name, args, timeout = 60_000) =>
      result.parse(await client.callTool({ name, arguments: args }, undefined, { timeout })),
  };
}
