import { platform } from 'node:os';
import { table } from '../support/markdown.ts';
import type { Cell } from './cells.ts';
import type { Host } from './host.ts';

/** By host and cell: what was found. */
export type Results = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** Written by hand: these runs are not repeated with the others. */
const CLIENTS = `## Clients that are libraries

Each was run once over stdio against the packed package, on the sandbox, on Linux with Node 22.23.3, on 2026-11-23:

| Client                            | version | what was done                                                                                                                             |
|-----------------------------------|---------|-------------------------------------------------------------------------------------------------------------------------------------------|
| \`@modelcontextprotocol/inspector\` | 2.12.0  | \`--cli --method tools/list --strict\` without a finding, also with \`--protocol-era auto\`; a list; a deletion's preview and code            |
| \`@ai-sdk/mcp\`                     | 2.0.99  | tools listed; a deletion asked by form, answered yes, done                                                                                |
| \`@modelcontextprotocol/client\`    | 2.4.0   | \`auto\`: \`server/discover\` is answered with -32601, so it falls back to \`initialize\` of 2025-11-25; a deletion by form. \`legacy\`: the same |
| \`@openai/agents\`                  | 0.20.0  | tools as function tools, also with strict schemas; a list; a deletion's preview and code; an error                                        |
| \`@langchain/mcp-adapters\`         | 1.1.4   | tools loaded; a list; a deletion's preview and code; an error, which arrives as \`ToolException\` with its text                             |

The tests run the MCP SDK's own client, \`@ai-sdk/mcp\` and \`@modelcontextprotocol/client\` each time.
`;

/** @returns `docs/compatibility.md` */
export function compatibilityPage(hosts: readonly Host[], cells: readonly Cell[], results: Results): string {
  const rows = cells.map(({ name, says }) => [says, ...hosts.map((host) => results[host.name]?.[name] ?? '-')]);
  const date = new Date().toISOString().slice(0, 10);
  return `# Compatibility

Made by \`npm run hosts -- --write\` on ${date}, with Node ${process.version} on ${platform()}: the built server in shipping hosts,
each driven by a scripted model on this machine. It shows what a host does with the server, and nothing about what a model
would decide. Whether a thread was deleted is what the server itself says afterwards.

${table(['', ...hosts.map(({ title, version }) => `${title} ${version}`)], rows)}

- A person's "yes" and "no" are keys on a terminal of that size, pressed at each question that the host draws. Where the host
  shows forms, name or count, app, "cannot be undone" and both choices were on the screen.
- "All allowed" is the host's own switch: \`--allowedTools\` (Claude Code), \`default_tools_approval_mode = "approve"\` (Codex), \`-y\`
  (Gemini CLI, Qwen Code), \`--allow-all-tools\` (Copilot CLI). opencode has none; the rules of its page count in all of its rows.
- Qwen Code lets a model decide whether its person is asked; the scripted one finds nothing wrong, which is the worst case.
- Qwen Code declares views and draws none, so the scripted model waits 10 s until a code counts.
- With the settings of an app, a second sandbox stood for the service.
- In each row the server ended with its host; Codex ran with \`--no-daemon\` at the terminal.
- \`-\`: the host, or its page, has no such thing.

${CLIENTS}
[The pages of the hosts](hosts/README.md) say how to set them up.
`;
}
