import { InMemoryTransport } from '@modelcontextprotocol/sdk/inMemory.js';
import type { ThreadsServer } from './server.ts';
import { type Ask, connectToolClient, type ToolClient } from './tool-client.ts';

/**
 * A client joined to the server within this process. A script gets what an assistant gets: the same checks of
 * arguments, the same confirmation before anything is lost, the same words.
 */
export async function connectInProcess(server: ThreadsServer, ask: Ask): Promise<ToolClient> {
  const [ofClient, ofServer] = InMemoryTransport.createLinkedPair();
  await server.connect(ofServer);
  return connectToolClient(ofClient, 'agora-threads-call', ask);
}
