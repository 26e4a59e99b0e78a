import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import * as z from 'zod';

/** The smallest server on this SDK, to compare ours with: one tool, as in the SDK's guide. */
const server = new McpServer({ name: 'hello', version: '1.0.0' });
server.registerTool(
  'hello',
  { description: 'Greets a person.', inputSchema: { name: z.string() } },
  async ({ name }) => ({ content: [{ type: 'text', text: `Hello, ${name}!` }] }),
);
await server.connect(new StdioServerTransport());
