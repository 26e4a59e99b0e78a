import { toolNames } from '../app/tool-registry.ts';
import { closest } from '../base/did-you-mean.ts';
import { version } from '../base/version.ts';
import { SETTING_GROUPS } from '../settings/schema.ts';
import type { Command, CommandLine, Commands } from './command.ts';
import { type SettingFlag, settingFlags } from './flags.ts';
import { fold, print, styled } from './terminal.ts';
import { tools } from './tools.ts';
import { UsageError } from './usage-error.ts';

const BINARY = 'agora-threads-mcp';
/** In columns: most settings fit on one line, and the lines stay readable. */
const WIDTH = 100;

const heading = (text: string): string => styled('bold', text);

/**
 * Prints all commands and settings, or everything about one command.
 *
 * @throws UsageError for an unknown command
 */
export async function help(line: CommandLine, commands: Commands): Promise<void> {
  const [name, tool] = line.words;
  if (name === undefined) return print(overview(commands));
  const command = commands.get(name);
  if (!command) throw unknownCommand(name, commands);
  // What a person wants to know of a call is the tool.
  if (name !== 'call' || tool === undefined) return print(about(name, command));
  print(`${heading('Usage')}\n  ${BINARY} call ${tool} [KEY=VALUE]... [FLAGS]\n`);
  await tools({ ...line, words: [tool] });
  print(`\n${BINARY} help call has the flags, exit codes and examples.`);
}

/** Says which command was meant, or how to call the tool of that name. */
export function unknownCommand(word: string, commands: Commands): UsageError {
  const fault = `there is no command ${JSON.stringify(word)}.`;
  if (toolNames.includes(word)) return new UsageError(`${fault} It is a tool: ${BINARY} call ${word}.`);
  const near = closest(word, [...commands.keys()]);
  return new UsageError(near === undefined ? fault : `${fault} Did you mean "${near}"?`);
}

const overview = (commands: Commands): string =>
  [
    `${heading(`${BINARY} ${version}`)}: the message threads of an Agora Chat app, as an MCP server`,
    ...section('Usage', [`${BINARY} [COMMAND] [FLAGS]`]),
    ...section('Commands', [
      ...columns([...commands].map(([name, { summary }]) => [name, summary])),
      '',
      `${BINARY} help COMMAND tells more of each.`,
    ]),
    ...section('Settings', [
      'Each by a flag of serve, call, export, tools and doctor, or in the environment; a flag wins.',
      'With none set the embedded sandbox answers.',
      ...Object.entries(SETTING_GROUPS).flatMap(([group, title]) => [
        '',
        heading(title),
        ...settingFlags.filter(({ setting }) => setting.group === group).flatMap(aboutSetting),
      ]),
    ]),
  ].join('\n');

const about = (name: string, command: Command): string => {
  const { summary, usage = [''], flags = {}, notes = [], exitCodes = {}, examples = [], settings } = command;
  const started = `${BINARY} ${name === 'serve' ? `[${name}]` : name}`;
  return [
    `${summary}.`,
    ...section(
      'Usage',
      usage.map((form) => `${started} ${form}`),
    ),
    ...section('Flags', columns(Object.entries(flags))),
    ...notes.flatMap(paragraph),
    ...section('Exit codes', columns(Object.entries(exitCodes))),
    ...section(
      'Examples',
      examples.map((example) => `${BINARY} ${example}`),
    ),
    ...(settings
      ? paragraph(`[SETTINGS] are the flags that ${BINARY} --help lists, such as --host or --read-only.`)
      : []),
  ].join('\n');
};

const paragraph = (text: string): string[] => ['', ...fold(text, WIDTH)];

const section = (title: string, lines: readonly string[]): string[] =>
  lines.length === 0 ? [] : ['', heading(title), ...lines.map((line) => `  ${line}`.trimEnd())];

/** Two columns, the second folded. `width` is that of the first. */
function columns(
  rows: readonly (readonly [string, string])[],
  width = Math.max(...rows.map(([name]) => name.length)),
): string[] {
  return rows.flatMap(([name, text]) =>
    fold(text, WIDTH - width - 4).map((line, i) => `${(i === 0 ? name : '').padEnd(width)}  ${line}`),
  );
}

const shown = ({ name, value }: SettingFlag): string => `--${name}${value === undefined ? '' : ` ${value}`}`;
const SETTING_WIDTH = Math.max(...settingFlags.map((flag) => shown(flag).length));

function aboutSetting(flag: SettingFlag): string[] {
  const { meaning, default: defaultValue, secret, name } = flag.setting;
  // `1: ...` is for the environment: a flag takes no value.
  const plain = meaning.replaceAll('`', '').replace(/^1: (.)/, (_all, first: string) => first.toUpperCase());
  return columns(
    [
      [shown(flag), secret ? `${flag.variable}, or ${name} itself` : name],
      ['', defaultValue === undefined ? plain : `${plain} (default ${defaultValue})`],
    ],
    SETTING_WIDTH,
  );
}
