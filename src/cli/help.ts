import { toolNames } from '../app/tool-registry.ts';
import { closest } from '../base/did-you-mean.ts';
import { languageOf } from '../base/language.ts';
import { version } from '../base/version.ts';
import type { Command, CommandLine, Commands } from './command.ts';
import { type SettingFlag, settingFlags } from './flags.ts';
import { helpWords } from './help-words.ts';
import type { HelpWords } from './help-words-en.ts';
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
  const { AGORA_THREADS_LANG: lang } = line.environment;
  const words = helpWords(languageOf(lang) ?? 'en');
  const [name, tool] = line.words;
  if (name === undefined) return print(overview(commands, words));
  const command = commands.get(name);
  if (!command) throw unknownCommand(name, commands);
  // What a person wants to know of a call is the tool.
  if (name !== 'call' || tool === undefined) return print(about(name, command, words));
  print(`${heading(words.titles.usage)}\n  ${BINARY} call ${tool} [KEY=VALUE]... [FLAGS]\n`);
  await tools({ ...line, words: [tool] });
  print(`\n${words.moreOfCall(`${BINARY} help call`)}`);
}

/** Says which command was meant, or how to call the tool of that name. */
export function unknownCommand(word: string, commands: Commands): UsageError {
  const fault = `there is no command ${JSON.stringify(word)}.`;
  if (toolNames.includes(word)) return new UsageError(`${fault} It is a tool: ${BINARY} call ${word}.`);
  const near = closest(word, [...commands.keys()]);
  return new UsageError(near === undefined ? fault : `${fault} Did you mean "${near}"?`);
}

const overview = (commands: Commands, words: HelpWords): string =>
  [
    heading(`${BINARY} ${version}`) + words.what,
    ...section(words.titles.usage, [`${BINARY} [COMMAND] [FLAGS]`]),
    ...section(words.titles.commands, [
      ...columns([...commands].map(([name, { say }]) => [name, say(words.commands).summary])),
      '',
      words.moreOfEach(`${BINARY} help COMMAND`),
    ]),
    ...section(words.titles.settings, [
      ...words.settingsFrom,
      ...Object.entries(words.groups).flatMap(([group, title]) => [
        '',
        heading(title),
        ...settingFlags.filter(({ setting }) => setting.group === group).flatMap((flag) => aboutSetting(flag, words)),
      ]),
    ]),
  ].join('\n');

const about = (name: string, { say, usage = [''], examples = [], settings }: Command, words: HelpWords): string => {
  const { summary, flags = {}, notes = [], exitCodes = {} } = say(words.commands);
  const started = `${BINARY} ${name === 'serve' ? `[${name}]` : name}`;
  return [
    words.sentence(summary),
    ...section(
      words.titles.usage,
      usage.map((form) => `${started} ${form}`),
    ),
    ...section(words.titles.flags, columns(Object.entries(flags))),
    ...notes.flatMap(paragraph),
    ...section(words.titles.exitCodes, columns(Object.entries(exitCodes))),
    ...section(
      words.titles.examples,
      examples.map((example) => `${BINARY} ${example}`),
    ),
    ...(settings ? paragraph(words.settingsAre(`${BINARY} --help`)) : []),
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

function aboutSetting(flag: SettingFlag, words: HelpWords): string[] {
  const { default: usual, secret, name } = flag.setting;
  const meaning = words.meaning(flag.setting).replaceAll('`', '');
  return columns(
    [
      [shown(flag), secret ? words.orItself(flag.variable, name) : name],
      ['', usual === undefined ? meaning : words.withDefault(meaning, usual)],
    ],
    SETTING_WIDTH,
  );
}
