import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { catalogue } from '../../tools/index.ts';
import { connectClient } from '../support/client.ts';
import {
  anthropicFaults,
  geminiFaults,
  type ListedTool,
  listedTool,
  llamaFaults,
  openaiFaults,
  strictForOpenai,
} from '../support/provider-rules.ts';

describe('the catalogue', () => {
  it.each(catalogue.map(({ name }) => name))('%s is listed as its snapshot says', async (name) => {
    const { client } = await connectClient();
    const listed = (await client.listTools()).tools.find((tool) => tool.name === name);
    await expect(JSON.stringify(listed, null, 2)).toMatchFileSnapshot(`__snapshots__/tools/${name}.json`);
  });

  it('every tool carries a title and all four hints, and they agree with its kind', async () => {
    const { client } = await connectClient();
    for (const { name, title, annotations } of (await client.listTools()).tools) {
      const kind = catalogue.find((tool) => tool.name === name)?.kind;
      expect(title).toBeTruthy();
      expect(annotations).toEqual({
        title,
        readOnlyHint: kind === 'read',
        destructiveHint: kind === 'update' || kind === 'delete',
        idempotentHint: kind !== 'create',
        openWorldHint: false,
      });
    }
  });

  it('tools that delete ask for a user, and no other does', async () => {
    const { client } = await connectClient();
    const asking = (await client.listTools()).tools.filter(({ _meta }) => _meta?.['anthropic/requiresUserInteraction']);
    expect(asking.map(({ name }) => name)).toEqual(['delete_thread', 'delete_threads', 'remove_thread_members']);
  });

  it('is small: names, descriptions and input schemas take at most 1,000 bytes a tool', async () => {
    const { client } = await connectClient();
    const { tools } = await client.listTools();
    const bytes = tools.map(({ name, description, inputSchema }) =>
      Buffer.byteLength(JSON.stringify({ name, description, inputSchema })),
    );
    expect(bytes.reduce((sum, size) => sum + size, 0) / bytes.length).toBeLessThanOrEqual(1_000);
  });

  it('an unknown tool is an error of the protocol that names the tools', async () => {
    const { client } = await connectClient();
    await expect(client.callTool({ name: 'delete_everything', arguments: {} })).rejects.toThrow(
      /The tools are: create_thread, /,
    );
  });
});

/** All tools that any settings list. */
async function allTools(): Promise<readonly ListedTool[]> {
  const { client } = await connectClient({ env: { AGORA_THREADS_SANDBOX: '1', AGORA_THREADS_UNDOCUMENTED: '1' } });
  const { tools } = z.object({ tools: z.array(listedTool) }).parse(await client.listTools());
  expect(tools.length).toBeGreaterThan(catalogue.length);
  return tools;
}

describe('the schemas of all tools keep what is published by', () => {
  it.each([
    ['OpenAI, strict after the conversion of its libraries', openaiFaults],
    ['Gemini', geminiFaults],
    ['Anthropic', anthropicFaults],
    ['llama.cpp', llamaFaults],
  ])('%s', async (_provider, faultsOf) => {
    const faults = (await allTools()).map((tool) => [tool.name, faultsOf(tool)] as const);
    expect(faults.filter(([, found]) => found.length > 0)).toEqual([]);
  });

  it.each([
    ['a default', { type: 'integer', default: 20 }, openaiFaults],
    ['a length', { type: 'string', maxLength: 10 }, openaiFaults],
    ['a reference', { type: 'string', $ref: '#/$defs/x' }, geminiFaults],
    ['two types', { type: ['string', 'null'] }, geminiFaults],
    ['2,000 repetitions', { type: 'string', pattern: '^[0-9]{1,2000}$' }, llamaFaults],
    ['a list of 2,000', { type: 'array', items: { type: 'string' }, maxItems: 2_000 }, llamaFaults],
    ['a pattern without ends', { type: 'string', pattern: '[0-9]+' }, llamaFaults],
    ['a look ahead', { type: 'string', pattern: '^(?!0)[0-9]+$' }, llamaFaults],
    ['a bound of a fraction', { type: 'number', minimum: 0 }, llamaFaults],
  ])('and %s would be noticed', (_what, schema, faultsOf) => {
    const inputSchema = { type: 'object', properties: { x: schema }, additionalProperties: false };
    expect(faultsOf({ name: 'x', description: '', inputSchema })).toHaveLength(1);
  });

  it('and a choice at the root, and an argument of another alphabet', () => {
    const inputSchema = { type: 'object', anyOf: [], properties: { 名: { type: 'string' } } };
    expect(anthropicFaults({ name: 'x', description: '', inputSchema })).toEqual([
      'the root has anyOf',
      'the argument 名',
    ]);
  });

  it('strict, every argument is required, and one that was optional may be null', async () => {
    const renamed = (await allTools()).find(({ name }) => name === 'find_groups');
    const { properties = {}, required } = strictForOpenai(renamed?.inputSchema ?? {});
    expect(required).toEqual(['name_contains', 'username', 'limit', 'cursor']);
    expect(Object.values(properties).map(({ anyOf }) => anyOf?.at(-1))).toEqual(
      required?.map(() => ({ type: 'null' })),
    );
  });
});

describe('the words of all tools', () => {
  it('begin with what is done to Agora Chat threads: hosts search descriptions', async () => {
    const firsts = (await allTools()).map(({ name, description }) => [
      name,
      /^.*?[.:;](?=\s|$)/.exec(description)?.[0],
    ]);
    expect(firsts.filter(([, first]) => !/\bAgora Chat threads?\b/.test(first ?? ''))).toEqual([]);
  });

  it('say in words what is optional: its limits and what counts without it', async () => {
    const missing = (await allTools()).flatMap(({ name, inputSchema: { properties = {}, required = [] } }) =>
      Object.entries(properties).flatMap(([argument, schema]) => {
        const {
          description = '',
          maximum,
          maxItems,
        } = z
          .object({
            description: z.string().optional(),
            maximum: z.number().optional(),
            maxItems: z.number().optional(),
          })
          .parse(schema);
        const bound = maximum ?? maxItems;
        const isTold = bound === undefined || description.includes(String(bound));
        const hasDefault = required.includes(argument) || !['limit', 'sort', 'detail'].includes(argument);
        return description !== '' && isTold && (hasDefault || description.includes('default'))
          ? []
          : [`${name} ${argument}: ${description}`];
      }),
    );
    expect(missing).toEqual([]);
  });
});
