import { platform } from 'node:os';
import { table } from '../support/markdown.ts';
import type { Cell } from './cells.ts';
import type { Host } from './host.ts';

/** By host and cell: what was found. */
export type Results = Readonly<Record<string, Readonly<Record<string, string>>>>;

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
- With the settings of an app, a second sandbox stood for the service.
- In each row the server ended with its host; Codex ran with \`--no-daemon\` at the terminal.
- \`-\`: the host, or its page, has no such thing.

[The pages of the hosts](hosts/README.md) say how to set them up.
`;
}
