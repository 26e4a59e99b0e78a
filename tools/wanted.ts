import { closest } from '../src/closest.ts';
import type { Config } from '../src/config.ts';
import { type Choice, isRegistered, type KnownTool } from '../src/registered.ts';
import type { Tool } from '../src/tool.ts';
import { UsageError } from '../src/usage.ts';
import { catalogue, undocumented } from './index.ts';

/** All tools that a setting may name. */
export const knownTools: readonly KnownTool[] = [
  ...catalogue.map(({ name, kind }) => ({ name, kind, documented: true })),
  ...undocumented.map(({ name, kind }) => ({ name, kind, documented: false })),
];

/** Of all arguments that a tool has. */
export const argumentNames: ReadonlySet<string> = new Set(
  [...catalogue, ...undocumented].flatMap((tool) => tool.argumentNames),
);

export const toolNames: readonly string[] = knownTools.map(({ name }) => name);

/**
 * The tools that the settings ask for. A tool that is not wanted is not registered, rather than refused: a model does
 * not try what it does not see.
 */
export function toolsFor(config: Choice & Pick<Config, 'target'>): readonly Tool[] {
  // With wrong settings every call says so, which a tool that is not there could not do.
  const wanted = config.target.kind === 'unusable' ? { ...config, tools: undefined } : config;
  const names = new Set(knownTools.filter((tool) => isRegistered(tool, wanted)).map(({ name }) => name));
  return [...catalogue, ...undocumented].filter(({ name }) => names.has(name));
}

/**
 * One of the tools that the settings ask for, by its name.
 *
 * @throws UsageError where it is none of them
 */
export function findTool(name: string, config: Choice & Pick<Config, 'target'>): Tool {
  const tools = toolsFor(config);
  const tool = tools.find((one) => one.name === name);
  if (tool) return tool;
  const known = knownTools.find((one) => one.name === name);
  if (known) throw new UsageError(`${name} is not registered: ${whyNot(known, config)}.`);
  const names = tools.map((one) => one.name);
  const near = closest(name, names);
  const hint = near === undefined ? `The tools are ${names.join(', ')}.` : `Did you mean ${near}?`;
  throw new UsageError(`there is no tool ${JSON.stringify(name)}. ${hint}`);
}

/** Which setting leaves out a tool that there is. */
function whyNot({ kind, documented }: KnownTool, { undocumented, readOnly }: Choice): string {
  if (!documented && !undocumented) return 'it takes AGORA_CHAT_UNDOCUMENTED=1';
  if (kind !== 'read' && readOnly) return 'AGORA_THREADS_READ_ONLY leaves out what changes something';
  return 'AGORA_THREADS_TOOLS does not name it';
}
