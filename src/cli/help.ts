import { closest } from '../base/did-you-mean.ts';
import { version } from '../base/version.ts';
import { SETTING_GROUPS } from '../settings/schema.ts';
import type { Command, Commands } from './command.ts';
import { readCommandLine, type SettingFlag, settingFlags } from './flags.ts';
import { fold, print, styled } from './terminal.ts';
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
export async function help(args: readonly string[], commands: Commands): Promise<void> {
  const [name, ...more] = args.filter((arg) => !arg.startsWith('-'));
  if (name === undefined) return print(overview(commands));
  // What a person wants to know of a call is the tool.
  const [tool] = more;
  if (name === 'call' && tool !== undefined) return helpOfTool(tool);
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (command) return print(about(name, command));
  throw await unknownCommand(name, commands);
}

async function helpOfTool(tool: string): Promise<void> {
  const { tools } = await import('./tools.ts');
  print(`${heading('Usage')}\n  ${BINARY} call ${tool} [KEY=VALUE]... [FLAGS]\n`);
  await tools([tool]);
  print(`\n${BINARY} help call has the flags, exit codes and examples.`);
}

/** Says which command was meant, or how to call the tool of that name. */
export async function unknownCommand(word: string, commands: Commands): Promise<UsageError> {
  const fault = `there is no command ${JSON.stringify(word)}.`;
  const { toolNames } = await import('../app/tool-registry.ts');
  if (toolNames.includes(word)) return new UsageError(`${fault} It is a tool: ${BINARY} call ${word}.`);
  const near = closest(word, Object.keys(commands));
  return new UsageError(near === undefined ? fault : `${fault} Did you mean "${near}"?`);
}

export async function printVersion(args: readonly string[]): Promise<void> {
  readCommandLine(args, []);
  print(version);
}

const overview = (commands: Commands): string => {
  const width = Math.max(...Object.keys(commands).map((name) => name.length));
  return [
    `${heading(`${BINARY} ${version}`)}: the message threads of an Agora Chat app, as an MCP server`,
    '',
    heading('Usage'),
    `  ${BINARY} [COMMAND] [FLAGS]`,
    '',
    heading('Commands'),
    ...Object.entries(commands).map(([name, { summary }]) => `  ${name.padEnd(width)}  ${summary}`),
    '',
    `  ${BINARY} help COMMAND tells more of each.`,
    '',
    heading('Settings'),
    ...settingsText(),
  ].join('\n');
};

function about(name: string, command: Command): string {
  const { summary, usage, flags = {}, notes = [], exitCodes = {}, examples = [], settings } = command;
  return [
    `${summary}.`,
    ...section(
      'Usage',
      usage.map((form) => `${BINARY} ${name === 'serve' ? `[${name}]` : name} ${form}`.trimEnd()),
    ),
    ...section('Flags', columns(Object.entries(flags))),
    ...notes.flatMap((note) => ['', ...fold(note, WIDTH)]),
    ...section('Exit codes', columns(Object.entries(exitCodes))),
    ...section(
      'Examples',
      examples.map((example) => `${BINARY} ${example}`.trimEnd()),
    ),
    ...(settings
      ? ['', ...fold(`[SETTINGS] are the flags that ${BINARY} --help lists, such as --host or --read-only.`, WIDTH)]
      : []),
  ].join('\n');
}

const section = (title: string, lines: readonly string[]): string[] =>
  lines.length === 0 ? [] : ['', heading(title), ...lines.map((line) => `  ${line}`)];

/** Two columns, the second folded. */
function columns(rows: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows.flatMap(([name, text]) =>
    fold(text, WIDTH - width - 4).map((line, i) => `${(i === 0 ? name : '').padEnd(width)}  ${line}`),
  );
}

function settingsText(): string[] {
  const width = Math.max(...settingFlags.map((flag) => shown(flag).length));
  return [
    '  Each by a flag of serve, call, tools and doctor, or in the environment; a flag wins.',
    '  With none set the embedded sandbox answers.',
    ...Object.entries(SETTING_GROUPS).flatMap(([group, title]) => [
      '',
      `  ${heading(title)}`,
      ...settingFlags.filter(({ setting }) => setting.group === group).flatMap((flag) => settingLines(flag, width)),
    ]),
  ];
}

const shown = ({ name, value }: SettingFlag): string => `--${name}${value === undefined ? '' : ` ${value}`}`;

function settingLines(flag: SettingFlag, width: number): string[] {
  const { meaning, default: defaultValue, secret, name } = flag.setting;
  const variable = secret ? `${flag.variable}, or ${name} itself` : name;
  // `1: ...` is for the environment: a flag takes no value.
  const plain = meaning.replaceAll('`', '').replace(/^1: (.)/, (_all, first: string) => first.toUpperCase());
  const text = `${plain}${defaultValue === undefined ? '' : ` (default ${defaultValue})`}`;
  return [
    `  ${shown(flag).padEnd(width)}  ${variable}`,
    ...fold(text, WIDTH - width - 4).map((line) => `  ${' '.repeat(width)}  ${line}`),
  ];
}
