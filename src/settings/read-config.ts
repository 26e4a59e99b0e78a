import { defined } from '../base/defined.ts';
import { closest } from '../base/did-you-mean.ts';
import type { Language } from '../base/language.ts';
import { type AppTarget, readTarget } from './app-target.ts';
import type { Problem } from './problem.ts';
import type { Fault, Say } from './problem-words-en.ts';
import { proxyFault, readProxy } from './proxy-settings.ts';
import { isQuoted, secretSource } from './read-secret.ts';
import { documented, settings } from './schema.ts';
import { isKnown, isOfApp, isOurs, nearestSetting, type VariableName, whereOf } from './setting-names.ts';
import { isEnabled, type ToolInfo, type ToolSelection } from './tool-selection.ts';
import { type Reader, vendorOf } from './where-found.ts';

export type Target =
  | AppTarget
  | { readonly kind: 'sandbox'; readonly forced: boolean }
  | { readonly kind: 'unusable'; readonly problems: readonly Problem[] };

export type Config = ReturnType<typeof readConfig>;

export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * How hosts pass on an empty field of their forms: as an empty string, or as the placeholder of the manifest (MCPB
 * bundles in Claude Desktop). Both count as unset. Any other `${...}` is a mistake of the person who wrote it.
 */
const BLANK = /^(\$\{user_config\.\w+\})?$/;

/** Unexpanded variables, as editors, shells, assistants and Windows write them. */
const PLACEHOLDERS: readonly (readonly [pattern: RegExp, say: Say<Fault>])[] = [
  [/\$\{input:[^}]*\}/, (say) => say.inputPlaceholder],
  [/\$\{[^}]*\}/, (say) => say.placeholder([`\${...}`])],
  [/\{(?:env|file):[^}]*\}/, (say) => say.placeholder(['{env:...}', '{file:...}'])],
  [/^\$\w+(?:$|[\\/])/, (say) => say.placeholder(['$NAME'])],
  [/^%\w+%$/, (say) => say.placeholder(['%NAME%'])],
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
export function readConfig(environment: Environment, tools: readonly ToolInfo[], reading?: Language) {
  const ours = ourSettings(environment);
  const problems: Problem[] = [];
  const given = new Map<VariableName, string>();
  for (const [name, value] of ours) {
    const say = faultOf(name, value);
    if (say) problems.push({ setting: name, say });
    else if (isKnown(name)) given.set(name, value);
  }

  const parsed = settings.safeParse(Object.fromEntries(given));
  const wrong = new Set(parsed.error?.issues.map(({ path }) => String(path[0])));
  for (const { name, mustBe } of documented) {
    if (wrong.has(name)) problems.push({ setting: name, say: (say) => ({ fault: mustBe(say) }) });
  }
  // One wrong setting must not hide what is to be said of the others.
  const values = settings.parse(Object.fromEntries([...given].filter(([name]) => !wrong.has(name))));
  const selection: ToolSelection = {
    undocumented: values.AGORA_THREADS_UNDOCUMENTED === true,
    readOnly: values.AGORA_THREADS_READ_ONLY === true,
    tools: values.AGORA_THREADS_TOOLS,
  };
  for (const say of faultsOfTools(selection, tools)) problems.push({ setting: 'AGORA_THREADS_TOOLS', say });
  const redisUrl = secretSource('AGORA_THREADS_REDIS_URL', given, problems);
  const proxy = readProxy(environment);
  const reader: Reader = { vendor: vendorOf(new Map(ours)), language: reading ?? values.AGORA_THREADS_LANG };

  function target(): Target {
    const forced = values.AGORA_THREADS_SANDBOX;
    const meansApp = forced === false || ours.some(([name]) => isOfApp(name));
    if (forced || !meansApp) {
      // A forced sandbox ignores what is said of an app; the server's own settings still count.
      const ofServer = problems.filter(({ setting }) => !forced || !isOfApp(setting));
      return ofServer.length > 0 ? unusable(ofServer, reader) : { kind: 'sandbox', forced: forced === true };
    }
    const app = readTarget(values, given, problems, reader);
    if (app === undefined) return unusable(withoutRepeats(problems), reader);
    const ofProxy = proxyFault(app.origin, app.loopback, proxy);
    return ofProxy ? unusable([ofProxy], reader) : app;
  }

  return {
    ...selection,
    target: target(),
    confirm: values.AGORA_THREADS_CONFIRM,
    /** Of texts for a person. */
    language: values.AGORA_THREADS_LANG,
    /** Deletions in any 60 minutes; undefined for no cap. */
    maxDeletes: values.AGORA_THREADS_MAX_DELETES,
    timeoutMs: values.AGORA_THREADS_TIMEOUT_MS,
    /** Calls a second to each endpoint. */
    rateLimit: values.AGORA_THREADS_RATE_LIMIT,
    logLevel: values.AGORA_THREADS_LOG_LEVEL,
    /** The file of the audit log. */
    auditLog: values.AGORA_THREADS_AUDIT_LOG,
    /** Where all processes on one app share its rate limit. */
    redisUrl,
    proxy,
    /** Who is told where to find the value of a setting. */
    reader,
    /** Of a server for a team. */
    http: {
      /** The address that clients use. */
      url: values.AGORA_THREADS_HTTP_URL,
      /** Who may use the server: the file of their tokens. */
      tokensFile: values.AGORA_THREADS_HTTP_TOKENS_FILE,
      /** The name of this process among several behind a proxy. */
      replica: values.AGORA_THREADS_REPLICA,
    },
  };
}

/** What is wrong with the choice of tools: unknown ones, or none that the other settings leave. */
function faultsOfTools(selection: ToolSelection, tools: readonly ToolInfo[]): Say<Fault>[] {
  const { tools: named } = selection;
  if (named === undefined) return [];
  const all = tools.map(({ name }) => name);
  const unknown = named.filter((name) => !all.includes(name));
  if (unknown.length > 0) {
    return unknown.map((name) => (say) => {
      const nearest = closest(name.toLowerCase(), all);
      return nearest === undefined ? say.unknownTool(all) : say.misspeltTool(name, nearest);
    });
  }
  if (tools.some((tool) => isEnabled(tool, selection))) return [];
  return [(say) => (named.length === 0 ? say.namesNoTool : say.leftOut(named))];
}

const unusable = (problems: readonly Problem[], reader: Reader): Target => ({
  kind: 'unusable',
  problems: problems.map((one) => defined({ ...one, where: whereOf(one.setting, reader) })),
});

/** What is wrong with a variable, whatever its value means. */
function faultOf(name: string, value: string): Say<Fault> | undefined {
  if (!isKnown(name)) return (say) => say.unknown(nearestSetting(name));
  const placeholder = PLACEHOLDERS.find(([pattern]) => pattern.test(value));
  return placeholder?.[1] ?? (isQuoted(value) ? (say) => say.inQuotes : undefined);
}

/** Only the first problem of each setting: one that is wrong would also be reported as missing. */
const withoutRepeats = (problems: readonly Problem[]): Problem[] =>
  problems.filter(({ setting }, i) => problems.findIndex((other) => other.setting === setting) === i);
