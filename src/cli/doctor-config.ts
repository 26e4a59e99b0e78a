import { asAssistantStarts } from '../doctor/assistant-config.ts';
import { AssistantFileError, type AssistantServer, readAssistantFile } from '../doctor/assistant-file.ts';
import { type Check, fail } from '../doctor/check-result.ts';
import type { Sources } from '../doctor/check-settings.ts';
import type { Say } from '../doctor/words-en.ts';
import type { Environment } from '../settings/read-config.ts';
import type { CommandLine } from './command.ts';
import { environmentOf, readCommandLine } from './flags.ts';
import { FlagError, UsageError } from './usage-error.ts';

/** The settings that the doctor checks, and where they come from. */
export interface DoctorSettings {
  readonly environment: Environment;
  readonly sources: Sources;
  /** What there is to say of the file that they are in. */
  readonly checks: readonly Check[];
  /** The server in the file; undefined for the settings of this shell. */
  readonly server?: AssistantServer;
}

/**
 * Reads the settings of a server in the configuration of an assistant: its variables, and its flags, which win.
 *
 * @throws UsageError where the file cannot be used, or does not say which server is meant
 */
export function readAssistantSettings(file: string, wanted: string | undefined): DoctorSettings {
  try {
    const server = readAssistantFile(file, wanted);
    const { environment, sources, words, checks } = asAssistantStarts(server, process.env);
    const flags = flagsOf(words);
    const fromFlags = Object.keys(flags.settings).map((name) => [name, 'args'] as const);
    return {
      environment: environmentOf(environment, flags.settings),
      sources: new Map([...sources, ...fromFlags]),
      checks: [...checks, ...flags.checks],
      server,
    };
  } catch (error) {
    throw error instanceof AssistantFileError ? new UsageError(error.message) : error;
  }
}

/** The server itself would refuse to start with what cannot be read here. */
function flagsOf(words: readonly string[]): { checks: Check[]; settings: CommandLine['settings'] } {
  const doesNotStart = (why: Say): Check[] => {
    const detail: Say = (say) => say.configuration.doesNotStart(why(say));
    return [fail('args', detail, (say) => say.configuration.correctArgs)];
  };
  try {
    const flags = words[0] === 'serve' ? words.slice(1) : words;
    const { words: others, settings } = readCommandLine(flags, { settings: true, words: flags.length });
    // Not shown: it may be a secret whose flag was forgotten.
    return { checks: others.length === 0 ? [] : doesNotStart((say) => say.configuration.wordWithoutFlag), settings };
  } catch (error) {
    if (!(error instanceof FlagError)) throw error;
    return { checks: doesNotStart(error.say), settings: {} };
  }
}
