import { readFileSync } from 'node:fs';
import * as z from 'zod';

/* What the pages of `docs/hosts` tell people to run, so that what is run is what they say. */

const page = (name: string): string => readFileSync(`docs/hosts/${name}.md`, 'utf8');

/** The commands of a page: the first adds the server without settings, a second one with those of an app. */
export const commandsOf = (name: string): readonly string[] =>
  [...page(name).matchAll(/<!-- needs: host -->\n+```sh\n([\s\S]*?)```/g)].map(([, text = '']) => text);

/** The configuration of a page, with the settings of an app. */
export function configOf(name: string): string {
  const [, text] = /<!-- generated: config -->\n+```\w+\n([\s\S]*?)```/.exec(page(name)) ?? [];
  if (text === undefined) throw new Error(`docs/hosts/${name}.md has no configuration.`);
  return text;
}

/** Where a page has settings of the host itself that keep its question before a deletion. */
export const safetyOf = (name: string): readonly { readonly file: string; readonly text: string }[] =>
  [...page(name).matchAll(/<!-- goes to: (\S+) -->\n+```\w+\n([\s\S]*?)```/g)].map(([, file = '', text = '']) => ({
    file,
    text,
  }));

const opencodeConfig = z.looseObject({ mcp: z.record(z.string(), z.looseObject({ environment: z.unknown() })) });

/** opencode's configuration, as its page says it is for the sandbox: without `environment`. */
export function withoutApp(config: string): string {
  const { mcp, ...rest } = opencodeConfig.parse(JSON.parse(config));
  const servers = Object.entries(mcp).map(([name, { environment: _, ...server }]) => [name, server] as const);
  return JSON.stringify({ ...rest, mcp: Object.fromEntries(servers) });
}
