import { readFileSync } from 'node:fs';
import * as z from 'zod';

/* What the pages of `docs/hosts` tell people to run, so that what is run is what they say. */

const page = (name: string): string => readFileSync(`docs/hosts/${name}.md`, 'utf8');

function block(name: string, pattern: RegExp): string {
  const [, text] = pattern.exec(page(name)) ?? [];
  if (text === undefined) throw new Error(`docs/hosts/${name}.md has no block like ${pattern}`);
  return text;
}

/** The first command of a page: it adds the server without settings. */
export const commandOf = (name: string): string => block(name, /<!-- needs: host -->\n+```sh\n([\s\S]*?)```/);

/** The configuration of a page, with the settings of an app. */
export const configOf = (name: string): string => block(name, /<!-- generated: config -->\n+```\w+\n([\s\S]*?)```/);

const opencodeConfig = z.looseObject({ mcp: z.record(z.string(), z.looseObject({ environment: z.unknown() })) });

/** opencode's configuration, as its page says it is for the sandbox: without `environment`. */
export function withoutApp(config: string): string {
  const { mcp, ...rest } = opencodeConfig.parse(JSON.parse(config));
  const servers = Object.entries(mcp).map(([name, { environment: _, ...server }]) => [name, server] as const);
  return JSON.stringify({ ...rest, mcp: Object.fromEntries(servers) });
}
