import { closest } from '../base/did-you-mean.ts';
import { settingNames, whereIs } from './schema.ts';

/** A setting that is missing or wrong, in a sentence that names it and says where its value is found. */
export interface Problem {
  readonly setting: string;
  /** The whole sentence, or two. */
  readonly text: string;
  /** Its first part: the fault. */
  readonly what: string;
  /** Its second part: what to do about it, or where the value is found. */
  readonly fix?: string;
}

export const problem = (setting: string, what: string, fix?: string): Problem => ({
  setting,
  what,
  ...(fix === undefined ? { text: what } : { text: `${what} ${fix}`, fix }),
});

/** A call cannot be made with the settings as they are. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError';
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    super(problems.map(({ text }) => text).join(' '));
    this.problems = problems;
  }
}

export const missing = (name: string): Problem => problem(name, `${name} is not set.`, whereIs(name));

/** A name without its vendor: people know that it is the APP_KEY, and guess whose. */
const bare = (name: string): string => name.replace(/^(AGORA|EASEMOB)_((CHAT|THREADS?)_)?/, '').replaceAll('_', '');

/** The setting that a name was most likely meant to be; undefined where none is near. */
export function nearestSetting(name: string): string | undefined {
  const upper = name.toUpperCase();
  return settingNames.find((known) => bare(known) === bare(upper)) ?? closest(upper, settingNames);
}

export function unknownSetting(name: string): Problem {
  const nearest = nearestSetting(name);
  const hint =
    nearest === undefined ? 'see agora-threads-mcp --help, which lists them all.' : `did you mean ${nearest}?`;
  return problem(name, `${name} is no setting of this server:`, hint);
}

export const noTools = (named: readonly string[]): Problem =>
  named.length === 0
    ? problem('AGORA_THREADS_TOOLS', 'AGORA_THREADS_TOOLS names no tool:', 'leave it out to have all of them.')
    : problem(
        'AGORA_THREADS_TOOLS',
        `AGORA_THREADS_TOOLS names ${named.join(', ')} alone, which other settings leave out:`,
        'tools that change something are not there with AGORA_THREADS_READ_ONLY, nor undocumented ones without AGORA_CHAT_UNDOCUMENTED=1.',
      );

export function unknownTool(name: string, known: readonly string[]): Problem {
  const nearest = closest(name.toLowerCase(), known);
  const hint = nearest === undefined ? `the tools are ${known.join(', ')}.` : `did you mean ${nearest}?`;
  return problem('AGORA_THREADS_TOOLS', `AGORA_THREADS_TOOLS names ${JSON.stringify(name)}, which is no tool:`, hint);
}
