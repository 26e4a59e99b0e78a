import { knownTools, toolsFor } from '../app/tool-registry.ts';
import { closest } from '../base/did-you-mean.ts';
import type { Config } from '../settings/read-config.ts';
import type { ToolInfo, ToolSelection } from '../settings/tool-selection.ts';
import type { Tool } from '../toolkit/define-tool.ts';
import { UsageError } from './usage-error.ts';

/**
 * Finds a tool by name, among those that the settings register.
 *
 * @throws UsageError for any other name
 */
export function findTool(name: string, config: ToolSelection & Pick<Config, 'target'>): Tool {
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

/** Which setting leaves the tool out. */
function whyNot({ kind, documented }: ToolInfo, { undocumented, readOnly }: ToolSelection): string {
  if (!documented && !undocumented) return 'it takes AGORA_THREADS_UNDOCUMENTED=1';
  if (kind !== 'read' && readOnly) return 'AGORA_THREADS_READ_ONLY leaves out what changes something';
  return 'AGORA_THREADS_TOOLS does not name it';
}
