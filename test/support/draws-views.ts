/** What hosts declare that draw views (MCP Apps 2026-01-26). */
export const DRAWS_VIEWS = {
  extensions: { 'io.modelcontextprotocol/ui': { mimeTypes: ['text/html;profile=mcp-app'] } },
};
