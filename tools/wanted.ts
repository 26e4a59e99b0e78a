import type { Config } from '../src/config.ts';
import type { Tool } from '../src/tool.ts';
import { catalogue, undocumented } from './index.ts';

/** The names of all tools that a setting may name. */
export const toolNames: readonly string[] = [...catalogue, ...undocumented].map(({ name }) => name);

/**
 * The tools that the settings ask for. A tool that is not wanted is not registered, rather than refused: a model does
 * not try what it does not see.
 */
export function toolsFor(config: Pick<Config, 'undocumented' | 'readOnly' | 'tools' | 'target'>): readonly Tool[] {
  const all = config.undocumented ? [...catalogue, ...undocumented] : catalogue;
  // With wrong settings every call says so, which a tool that is not there could not do.
  const wanted = config.target.kind === 'unusable' ? undefined : config.tools;
  return all.filter(
    ({ name, kind }) => (!config.readOnly || kind === 'read') && (wanted === undefined || wanted.includes(name)),
  );
}
