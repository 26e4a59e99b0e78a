import { createMCPClient, ElicitationRequestSchema } from '@ai-sdk/mcp';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { expect, it, onTestFinished } from 'vitest';
import * as z from 'zod';
import { SANDBOX_HINTS } from '../../src/sandbox/identity.ts';
import { catalogue } from '../../tools/index.ts';
import { bearer, startServing } from '../support/serving.ts';

const [free] = SANDBOX_HINTS.freeMessages;
const THREAD = { msg_id: free.id, group_id: free.group_id, owner: free.owner, name: 'Over HTTP' };
const YES = { action: 'accept' as const, content: { confirm: true } };
const created = z.object({ structuredContent: z.looseObject({ thread_id: z.string() }) });

it.each(['auto', 'legacy'] as const)("serves the SDK's next client, which falls back (%s)", async (mode) => {
  const serving = await startServing();
  const transport = new StreamableHTTPClientTransport(new URL('/mcp', serving.origin), {
    requestInit: { headers: bearer(serving.tokenOf('lin')) },
  });
  const client = new Client(
    { name: 'next', version: '1' },
    { capabilities: { elicitation: { form: {} } }, versionNegotiation: { mode } },
  );
  client.setRequestHandler('elicitation/create', async () => YES);
  await client.connect(transport);
  onTestFinished(() => client.close());
  expect(client.getNegotiatedProtocolVersion()).toBe('2025-11-25');
  expect((await client.listTools()).tools).toHaveLength(catalogue.length);
  const { thread_id } = created.parse(
    await client.callTool({ name: 'create_thread', arguments: THREAD }),
  ).structuredContent;
  const deleted = await client.callTool({ name: 'delete_thread', arguments: { thread_id } });
  expect(deleted.structuredContent).toMatchObject({ status: 'deleted', confirmed_by: 'form' });
});

it('serves the client of the AI SDK: initialize, tools/list, a call, a form', async () => {
  const serving = await startServing();
  const client = await createMCPClient({
    transport: {
      type: 'http',
      url: new URL('/mcp', serving.origin).href,
      headers: bearer(serving.tokenOf('lin')),
    },
    capabilities: { elicitation: {} },
  });
  onTestFinished(() => client.close());
  client.onElicitationRequest(ElicitationRequestSchema, () => YES);
  const listed = await client.listTools();
  expect(listed.tools).toHaveLength(catalogue.length);
  const tools = client.toolsFromDefinitions(listed);
  const call = async (name: string, args: Record<string, unknown>) =>
    tools[name]?.execute?.(args, { messages: [], toolCallId: '1', context: {} });
  const { thread_id } = created.parse(await call('create_thread', THREAD)).structuredContent;
  expect(await call('delete_thread', { thread_id })).toMatchObject({
    structuredContent: { status: 'deleted', confirmed_by: 'form' },
  });
});
