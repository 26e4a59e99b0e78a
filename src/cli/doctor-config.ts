import { quoted } from '../base/escape.ts';
import { type AssistantConfig, asAssistantStarts } from '../doctor/assistant-config.ts';
import { AssistantFileError, type AssistantServer, readAssistantFile } from '../doctor/assistant-file.ts';
import { type Check, fail } from '../doctor/check-result.ts';
import type { Environment } from '../settings/read-config.ts';
import { environmentOf, readCommandLine, settingFlags } from './flags.ts';
import { UsageError } from './usage-error.ts';

/** The settings that the doctor checks, and where they come from. */
export interface DoctorSettings {
  readonly environment: Environment;
  readonly sources: ReadonlyMap<string, string>;
  /** What there is to say of the file that they are in. */
  readonly checks: readonly Check[];
  /** How the server is started, to be read after what it is for; empty for this shell. */
  readonly as: string;
  /** The server in the file. */
  readonly server: { readonly file: string; readonly assistant: string; readonly server: string } | undefined;
}

/**
 * Reads the settings of a server in the configuration of an assistant: its variables, and its flags, which win.
 *
 * @throws UsageError where the file cannot be used, or does not say which server is meant
 */
export async function readAssistantSettings(file: string, wanted: string | undefined): Promise<DoctorSettings> {
  const server = await readAssistantFile(file, wanted).catch((error: unknown) => {
    throw error instanceof AssistantFileError ? new UsageError(error.message) : error;
  });
  const config = await asAssistantStarts(server, process.env);
  const { checks, settings } = flagsOf(config);
  return {
    environment: environmentOf(config.environment, settings),
    sources: new Map([...config.sources, ...Object.keys(settings).map((name) => [name, 'args of the file'] as const)]),
    checks: [...config.checks, ...checks],
    as: `, as ${server.kind.name} starts ${quoted(server.name, 60)}`,
    server: namesOf(server),
  };
}

const namesOf = ({ path, kind, name }: AssistantServer): DoctorSettings['server'] => ({
  file: path,
  assistant: kind.name,
  server: name,
});

const doesNotStart = (why: string): Check =>
  fail('args', `the server does not start: ${why}`, 'Correct the args of the file.');

/** The server itself would refuse to start with what cannot be read here. */
function flagsOf({ words }: AssistantConfig): {
  checks: Check[];
  settings: ReturnType<typeof readCommandLine>['settings'];
} {
  const [first, ...rest] = words;
  const flags = first === 'serve' ? rest : words;
  try {
    const { words: others, settings } = readCommandLine(flags, [], settingFlags);
    // Not shown: it may be a secret whose flag was forgotten.
    const checks = others.length === 0 ? [] : [doesNotStart('a word of its args belongs to no flag')];
    return { checks, settings };
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    return { checks: [doesNotStart(error.message.replace(/\.$/, ''))], settings: {} };
  }
}
