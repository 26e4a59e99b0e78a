import { defined } from '../base/defined.ts';
import type { Language } from '../base/language.ts';
import type { LogLevel } from '../base/log.ts';
import { type AppTarget, readTarget } from './app-target.ts';
import { noTools, type Problem, problem, unknownSetting, unknownTool } from './problem.ts';
import type { Say } from './problem-words-en.ts';
import { type ProxySettings, proxyFault, readProxy } from './proxy-settings.ts';
import { isQuoted, type SecretSource, secretSource } from './read-secret.ts';
import { type ConfirmMode, documented, settings } from './schema.ts';
import { isKnown, isOfApp, isOurs, type VariableName, whereOf } from './setting-names.ts';
import { isEnabled, type ToolInfo, type ToolSelection } from './tool-selection.ts';
import { type Reader, vendorOf } from './where-found.ts';

export type Target =
  | AppTarget
  | { readonly kind: 'sandbox'; readonly forced: boolean }
  | { readonly kind: 'unusable'; readonly problems: readonly Problem[] };

export interface Config extends ToolSelection {
  readonly target: Target;
  readonly confirm: ConfirmMode;
  /** Of texts for a person. */
  readonly language: Language;
  /** Deletions in any 60 minutes; undefined for no cap. */
  readonly maxDeletes: number | undefined;
  readonly timeoutMs: number;
  /** Calls a second to each endpoint. */
  readonly rateLimit: number;
  readonly logLevel: LogLevel;
  /** The file of the audit log. */
  readonly auditLog: string | undefined;
  /** Where all processes on one app share its rate limit. */
  readonly redisUrl: SecretSource | undefined;
  readonly proxy: ProxySettings;
  /** Who is told where to find the value of a setting. */
  readonly reader: Reader;
  /** Of a server for a team. */
  readonly http: HttpSettings;
}

export interface HttpSettings {
  /** The address that clients use. */
  readonly url: URL | undefined;
  /** Who may use the server: the file of their tokens. */
  readonly tokensFile: string | undefined;
  /** The name of this process among several behind a proxy. */
  readonly replica: string;
}

export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * How hosts pass on an empty field of their forms: as an empty string, or as the placeholder of the manifest (MCPB
 * bundles in Claude Desktop). Both count as unset. Any other `${...}` is a mistake of the person who wrote it.
 */
const BLANK = /^(\$\{user_config\.\w+\})?$/;

/** Unexpanded variables, as editors, shells, assistants and Windows write them. */
const PLACEHOLDERS: readonly { readonly pattern: RegExp; readonly shown: Say; readonly hint?: Say }[] = [
  { pattern: /\$\{input:[^}]*\}/, shown: () => `\${input:...}`, hint: (say) => say.onlyInput },
  { pattern: /\$\{[^}]*\}/, shown: () => `\${...}` },
  { pattern: /\{(?:env|file):[^}]*\}/, shown: (say) => say.or('{env:...}', '{file:...}') },
  { pattern: /^\$\w+(?:$|[\\/])/, shown: () => '$NAME' },
  { pattern: /^%\w+%$/, shown: () => '%NAME%' },
];

/** Each variable of ours that is set, known or misspelt: its name, and its value without outer blanks. */
export const ourSettings = (environment: Environment): readonly (readonly [name: string, value: string])[] =>
  Object.entries(environment).flatMap(([name, value]) =>
    isOurs(name) && value !== undefined && !BLANK.test(value.trim()) ? [[name, value.trim()] as const] : [],
  );

/**
 * Reads the settings. It never throws and never touches a file: a server with wrong settings still starts and lists
 * its tools, and each call then says what is wrong.
 *
 * @param tools all that there are, for AGORA_THREADS_TOOLS
 * @param reading the language of who is told where a value is found, if not the one that is set
 */
export function readConfig(environment: Environment, tools: readonly ToolInfo[], reading?: Language): Config {
  const toolNames = tools.map(({ name }) => name);
  const ours = ourSettings(environment);
  const problems: Problem[] = [];
  const given = new Map<VariableName, string>();
  for (const [name, value] of ours) {
    const fault = isKnown(name) ? textFault(name, value) : unknownSetting(name);
    if (fault) problems.push(fault);
    else if (isKnown(name)) given.set(name, value);
  }

  const parsed = settings.safeParse(Object.fromEntries(given));
  const wrong = new Set(parsed.error?.issues.map(({ path }) => String(path[0])));
  for (const { name, mustBe } of documented) if (wrong.has(name)) problems.push(problem(name, mustBe));
  // One wrong setting must not hide what is to be said of the others.
  const values = settings.parse(Object.fromEntries([...given].filter(([name]) => !wrong.has(name))));
  for (const name of values.AGORA_THREADS_TOOLS ?? []) {
    if (!toolNames.includes(name)) problems.push(unknownTool(name, toolNames));
  }
  const proxy = readProxy(environment);
  const reader: Reader = { vendor: vendorOf(new Map(ours)), language: reading ?? values.AGORA_THREADS_LANG };
  const config = {
    confirm: values.AGORA_THREADS_CONFIRM,
    timeoutMs: values.AGORA_THREADS_TIMEOUT_MS,
    rateLimit: values.AGORA_THREADS_RATE_LIMIT,
    undocumented: values.AGORA_THREADS_UNDOCUMENTED === true,
    logLevel: values.AGORA_THREADS_LOG_LEVEL,
    readOnly: values.AGORA_THREADS_READ_ONLY === true,
    tools: values.AGORA_THREADS_TOOLS,
    auditLog: values.AGORA_THREADS_AUDIT_LOG,
    maxDeletes: values.AGORA_THREADS_MAX_DELETES,
    language: values.AGORA_THREADS_LANG,
    redisUrl: secretSource('AGORA_THREADS_REDIS_URL', given, problems),
    proxy,
    reader,
    http: {
      url: values.AGORA_THREADS_HTTP_URL,
      tokensFile: values.AGORA_THREADS_HTTP_TOKENS_FILE,
      replica: values.AGORA_THREADS_REPLICA,
    },
  };
  if (config.tools?.every((name) => toolNames.includes(name)) && !tools.some((tool) => isEnabled(tool, config))) {
    problems.push(noTools(config.tools));
  }

  const forced = values.AGORA_THREADS_SANDBOX;
  const meansApp = forced === false || ours.some(([name]) => isOfApp(name));
  if (forced || !meansApp) {
    // A forced sandbox ignores what is said of an app; the server's own settings still count.
    const ofServer = problems.filter(({ setting }) => !forced || !isOfApp(setting));
    if (ofServer.length > 0) return { ...config, target: unusable(ofServer, reader) };
    return { ...config, target: { kind: 'sandbox', forced: forced === true } };
  }
  const target = readTarget(values, given, problems, reader);
  if (target === undefined) return { ...config, target: unusable(withoutRepeats(problems), reader) };
  const ofProxy = proxyFault(target.origin, target.loopback, proxy);
  return { ...config, target: ofProxy ? unusable([ofProxy], reader) : target };
}

const unusable = (problems: readonly Problem[], reader: Reader): Target => ({
  kind: 'unusable',
  problems: problems.map((one) => defined({ ...one, where: whereOf(one.setting, reader) })),
});

/** What is wrong with the text of a setting, whatever it means. */
function textFault(name: VariableName, value: string): Problem | undefined {
  const placeholder = PLACEHOLDERS.find(({ pattern }) => pattern.test(value));
  if (placeholder) {
    const { shown, hint = (say) => say.fillIn } = placeholder;
    return problem(name, (say) => say.placeholder(shown(say)), hint);
  }
  if (!isQuoted(value)) return undefined;
  return problem(
    name,
    (say) => say.inQuotes,
    (say) => say.writeAlone,
  );
}

/** Only the first problem of each setting: one that is wrong would also be reported as missing. */
const withoutRepeats = (problems: readonly Problem[]): Problem[] =>
  problems.filter(({ setting }, i) => problems.findIndex((other) => other.setting === setting) === i);
