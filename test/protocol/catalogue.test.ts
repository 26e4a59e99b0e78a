import { describe, expect, it } from 'vitest';
import { catalogue } from '../../tools/index.ts';
import { connectClient } from '../support/client.ts';

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
