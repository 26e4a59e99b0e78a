import { describe, expect, it } from 'vitest';
import { SANDBOX_HINTS } from '../../src/sandbox/identity.ts';
import { connectOverHttp, startServing } from '../support/serving.ts';

const [free] = SANDBOX_HINTS.freeMessages;
const YES = { action: 'accept', content: { confirm: true } };

/** A thread to lose. */
async function makeThread(client: Awaited<ReturnType<typeof connectOverHttp>>['client']): Promise<string> {
  const { id: msg_id, group_id, owner } = free;
  const made = await client.callTool({
    name: 'create_thread',
    arguments: { msg_id, group_id, owner, name: 'To be lost' },
  });
  return JSON.stringify(made).match(/"thread_id":"(\d+)"/)?.[1] ?? '';
}

describe('a session over HTTP', () => {
  it('asks by form in the stream of its call, and deletes after a yes', async () => {
    const serving = await startServing();
    const asked: string[] = [];
    const { client } = await connectOverHttp(serving, 'lin', (message) => {
      asked.push(message);
      return YES;
    });
    const thread_id = await makeThread(client);
    const result = await client.callTool({ name: 'delete_thread', arguments: { thread_id } });
    expect(result.structuredContent).toMatchObject({ status: 'deleted', confirmed_by: 'form' });
    expect(asked).toEqual([expect.stringContaining('"To be lost"')]);
  });
});
