import { knownTools, toolsFor } from '../app/tool-registry.ts';
import { visible } from '../base/escape.ts';
import { problemText } from '../settings/problem.ts';
import { readConfig } from '../settings/read-config.ts';
import type { ToolKind } from '../settings/tool-selection.ts';
import type { Tool } from '../toolkit/define-tool.ts';
import { type ArgumentSchema, readSchema } from './argument-schema.ts';
import type { CommandLine } from './command.ts';
import { findTool } from './find-tool.ts';
import { startOwnServer } from './own-server.ts';
import { fold, print, type Style, styled } from './terminal.ts';

const WIDTH = 100;

const KIND_STYLE: Readonly<Record<ToolKind, Style>> = {
  read: 'green',
  create: 'blue',
  update: 'yellow',
  delete: 'red',
};

/**
 * Lists the tools that the settings register, or describes one of them.
 *
 * @throws UsageError for a tool that is not registered
 */
export async function tools({ words: [name], flags, environment }: CommandLine): Promise<void> {
  const config = readConfig(environment, knownTools);
  // With wrong settings every tool is registered, and each call says what is wrong. Here it is said at once.
  for (const problem of config.target.kind === 'unusable' ? config.target.problems : []) {
    process.stderr.write(`agora-threads-mcp tools: ${visible(problemText(problem), 600)}\n`);
  }
  const wanted = name === undefined ? toolsFor(config) : [findTool(name, config)];
  if (flags.get('json') !== '1') return print(wanted.map((tool) => toolText(tool, name !== undefined)).join('\n\n'));

  const client = await startOwnServer(config, async () => false);
  const listed = await client.listTools();
  await client.close();
  const kept = listed.tools.filter((tool) => name === undefined || tool.name === name);
  print(JSON.stringify({ ...listed, tools: kept }));
}

function toolText(tool: Tool, whole: boolean): string {
  const { properties, required } = readSchema(tool);
  const rows = Object.entries(properties).map(([name, schema]) => ({
    name: required.includes(name) ? name : `[${name}]`,
    type: typeOf(schema),
    description: schema.description,
  }));
  const nameWidth = Math.max(...rows.map(({ name }) => name.length), 20);
  const typeWidth = Math.max(...rows.map(({ type }) => type.length), 24);
  const text = whole ? tool.description : firstSentence(tool.description);
  return [
    `${styled('bold', tool.name)}  ${styled(KIND_STYLE[tool.kind], tool.kind)}`,
    ...fold(text, WIDTH - 2).map((line) => `  ${line}`),
    ...rows.map(({ name, type, description }) =>
      `    ${name.padEnd(nameWidth)}  ${styled('dim', type.padEnd(typeWidth))}  ${description}`.trimEnd(),
    ),
  ].join('\n');
}

const firstSentence = (text: string): string => /^.*?[.:](?=\s|$)/.exec(text)?.[0].replace(/:$/, '.') ?? text;

function typeOf({ type, enum: words, minimum, maximum, items }: ArgumentSchema): string {
  if (words !== undefined) return words.join(' | ');
  if (minimum !== undefined && maximum !== undefined) return `${minimum}-${maximum}`;
  return items === undefined ? type : `${items.type}, ...`;
}
