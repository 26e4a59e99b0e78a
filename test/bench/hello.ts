import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import * as z from 'zod';

/** The least that a server on this SDK can be, to hold ours against: one tool, as the SDK's own guide writes it. */
const server = new McpServer({ name: 'hello', version: '1.0.0' });
server.registerTool(
  'hello',
  { description: 'Greets a person.', inputSchema: { name: z.string() } },
  async ({ name }) => ({ content: [{ type: 'text', text: `Hello, ${name}!` }] }),
);
await server.connect(new StdioServerTransport());
