import { appOnly, catalogue, undocumented } from '../../tools/index.ts';
import type { Scope } from '../http/token-line.ts';
import type { Config } from '../settings/read-config.ts';
import { isEnabled, type ToolInfo, type ToolKind, type ToolSelection } from '../settings/tool-selection.ts';
import type { Tool } from '../toolkit/define-tool.ts';

/** All tools that a setting may name. */
export const knownTools: readonly ToolInfo[] = [
  ...catalogue.map(({ name, kind }) => ({ name, kind, documented: true })),
  ...undocumented.map(({ name, kind }) => ({ name, kind, documented: false })),
];

/** The names of all arguments of all tools. */
export const argumentNames: ReadonlySet<string> = new Set(
  [...catalogue, ...undocumented].flatMap((tool) => tool.argumentNames),
);

export const toolNames: readonly string[] = knownTools.map(({ name }) => name);

const SCOPE_OF: Readonly<Record<ToolKind, Scope>> = {
  read: 'read',
  create: 'write',
  update: 'write',
  delete: 'delete',
};

/** The tools among them that a token with these scopes allows. */
export const allowedBy = (scopes: ReadonlySet<Scope>, tools: readonly Tool[]): readonly Tool[] =>
  tools.filter(({ kind }) => scopes.has(SCOPE_OF[kind]));

/**
 * The tools that the settings enable. The others are not registered, rather than refused: a model does not try what it
 * does not see.
 */
export function toolsFor(config: ToolSelection & Pick<Config, 'target'>): readonly Tool[] {
  // With invalid settings every tool is registered, so that a call of any can say what is wrong.
  const wanted = config.target.kind === 'unusable' ? { ...config, tools: undefined } : config;
  const names = new Set(knownTools.filter((tool) => isEnabled(tool, wanted)).map(({ name }) => name));
  return [...catalogue, ...undocumented].filter(({ name }) => names.has(name));
}

/** What goes with the tools that delete, for clients in which a person answers by a click. */
export const toolsForViews: readonly Tool[] = appOnly;
