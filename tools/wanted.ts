import type { Config } from '../src/config.ts';
import { type Choice, isRegistered, type KnownTool } from '../src/registered.ts';
import type { Tool } from '../src/tool.ts';
import { catalogue, undocumented } from './index.ts';

/** All tools that a setting may name. */
export const knownTools: readonly KnownTool[] = [
  ...catalogue.map(({ name, kind }) => ({ name, kind, documented: true })),
  ...undocumented.map(({ name, kind }) => ({ name, kind, documented: false })),
];

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
