import type * as z from 'zod';
import type { ProxySettings } from './agora/dispatcher.ts';
import type { ConfirmMode } from './confirm.ts';
import type { LogLevel } from './log.ts';
import { type Choice, isRegistered, type KnownTool } from './registered.ts';
import { secret } from './secrets.ts';
import {
  isKnown,
  isOfApp,
  missing,
  noTools,
  type Problem,
  problem,
  type SettingName,
  settings,
  unknownSetting,
  unknownTool,
  whereIs,
} from './settings.ts';

type Values = Partial<z.output<typeof settings>>;

/** Where a secret comes from: its text, or a file that is read at the first call and not before. */
export type SecretSource = { readonly value: string } | { readonly file: string; readonly setting: string };

export interface AppTarget {
  readonly kind: 'app';
  /** Scheme, host and port. */
  readonly origin: string;
  /** Is the host this very machine? */
  readonly loopback: boolean;
  /** The path parts before each call: `[org, app]`, or `['app-id', id]`. */
  readonly prefix: readonly string[];
  /** The app in words: `org#app`, or the App ID. */
  readonly name: string;
  readonly credentials: CredentialSource;
}

/** One kind of credentials; its secrets are not read yet. */
export type CredentialSource =
  | { readonly kind: 'fixed'; readonly token: SecretSource }
  | { readonly kind: 'built'; readonly appId: string; readonly certificate: SecretSource }
  | { readonly kind: 'exchanged'; readonly clientId: string; readonly clientSecret: SecretSource };

export type Target =
  | AppTarget
  | { readonly kind: 'sandbox'; readonly forced: boolean }
  | { readonly kind: 'unusable'; readonly problems: readonly Problem[] };

export interface Config extends Choice {
  readonly target: Target;
  readonly confirm: ConfirmMode;
  readonly timeoutMs: number;
  /** Calls a second for each endpoint. */
  readonly rateLimit: number;
  readonly logLevel: LogLevel;
  /** The file of the audit log. */
  readonly auditLog: string | undefined;
  readonly proxy: ProxySettings;
}

export type Environment = Readonly<Record<string, string | undefined>>;

const OUR_PREFIX = /^(AGORA_CHAT_|AGORA_APP_|EASEMOB_|AGORA_THREADS?_)/i;

/** Does the name mean a setting of this server, known or misspelt? */
export const isOurs = (name: string): boolean => OUR_PREFIX.test(name);

/**
 * How hosts pass on a field of their forms that was left empty: as an empty string, or, for an MCPB bundle in Claude
 * Desktop, as the words of the manifest. Both count as unset. Any other `${...}` is a mistake of the person who wrote it.
 */
const BLANK = /^(\$\{user_config\.\w+\})?$/;

/** A variable in place of its value, as shells, hosts and Windows write it. */
const UNFILLED = [
  { pattern: /\$\{[^}]*\}/, shown: `\${...}` },
  { pattern: /^\$\w+$/, shown: '$NAME' },
  { pattern: /^%\w+%$/, shown: '%NAME%' },
] as const;
const FILL_IN = 'set that variable where the host is started, or write the value itself.';
/** A shell takes quotes away; JSON files of hosts and `docker --env-file` do not. */
const QUOTED = /^(["']).*\1$/s;

/** Each variable that means us, known or misspelt, and is set: its name and its value without blanks around it. */
export const ourSettings = (environment: Environment): readonly (readonly [name: string, value: string])[] =>
  Object.entries(environment).flatMap(([name, value]) =>
    isOurs(name) && value !== undefined && !BLANK.test(value.trim()) ? [[name, value.trim()] as const] : [],
  );

/**
 * Reads the settings. It never throws and never touches a file: a server with wrong settings still starts and lists
 * its tools, and each call then says what is wrong.
 *
 * @param tools those that there are, for AGORA_THREADS_TOOLS
 */
export function readConfig(environment: Environment, tools: readonly KnownTool[]): Config {
  const toolNames = tools.map(({ name }) => name);
  const ours = ourSettings(environment);
  const problems: Problem[] = [];
  const given = new Map<string, string>();
  for (const [name, value] of ours) {
    const unfilled = UNFILLED.find(({ pattern }) => pattern.test(value));
    if (!isKnown(name)) problems.push(unknownSetting(name));
    else if (unfilled)
      problems.push(problem(name, `${name} holds a literal ${unfilled.shown} that nobody filled in:`, FILL_IN));
    else if (QUOTED.test(value))
      problems.push(problem(name, `${name} is in quotes, which count as part of it here:`, 'write the value alone.'));
    else given.set(name, value);
  }

  const parsed = settings.safeParse(Object.fromEntries(given));
  const wrong = new Set(parsed.error?.issues.map(({ path }) => String(path[0])));
  for (const issue of parsed.error?.issues ?? []) {
    const name = String(issue.path[0]);
    problems.push(problem(name, `${name} ${issue.message}.`, whereIs(name)));
  }
  // One wrong setting must not hide what is to be said of the others.
  const values: Values = settings.parse(Object.fromEntries([...given].filter(([name]) => !wrong.has(name))));
  for (const name of values.AGORA_THREADS_TOOLS ?? []) {
    if (!toolNames.includes(name)) problems.push(unknownTool(name, toolNames));
  }
  const { proxy, problems: ofProxy } = readProxy(environment);
  const config = {
    confirm: values.AGORA_THREADS_CONFIRM ?? 'auto',
    timeoutMs: values.AGORA_THREADS_TIMEOUT_MS ?? 30_000,
    rateLimit: values.AGORA_THREADS_RATE_LIMIT ?? 50,
    undocumented: values.AGORA_CHAT_UNDOCUMENTED ?? false,
    logLevel: values.AGORA_THREADS_LOG_LEVEL ?? 'warn',
    readOnly: values.AGORA_THREADS_READ_ONLY ?? false,
    tools: values.AGORA_THREADS_TOOLS,
    auditLog: values.AGORA_THREADS_AUDIT_LOG,
    proxy,
  } as const;
  if (config.tools?.every((name) => toolNames.includes(name)) && !tools.some((tool) => isRegistered(tool, config))) {
    problems.push(noTools(config.tools));
  }

  const forced = values.AGORA_THREADS_SANDBOX;
  const meansApp = forced === false || ours.some(([name]) => isOfApp(name));
  if (forced || !meansApp) {
    // Whatever is said of an app, a forced sandbox needs none of it; the server's own settings count there too.
    const ofServer = problems.filter(({ setting }) => !forced || !isOfApp(setting));
    if (ofServer.length > 0) return { ...config, target: { kind: 'unusable', problems: ofServer } };
    return { ...config, target: { kind: 'sandbox', forced: forced === true } };
  }
  problems.push(...ofProxy);
  const target = readTarget(values, given, problems);
  return { ...config, target: target ?? { kind: 'unusable', problems: withoutRepeats(problems) } };
}

/** Puts the app together from settings that are each right; what is missing or at odds goes into `problems`. */
function readTarget(values: Values, given: ReadonlyMap<string, string>, problems: Problem[]): AppTarget | undefined {
  const origin = readOrigin(values, problems);
  const app = readApp(values, problems);
  const credentials = readCredentials(values, given, problems);
  if (!origin || !app || !credentials || problems.length > 0) return undefined;
  const loopback = LOOPBACK.test(new URL(origin).hostname);
  return { kind: 'app', origin, loopback, ...app, credentials };
}

/** The proxy settings of the system, in lower case first as other tools read them, and with a scheme or without. */
function readProxy(environment: Environment): { proxy: ProxySettings; problems: Problem[] } {
  const problems: Problem[] = [];
  const pick = (name: string) => environment[name.toLowerCase()]?.trim() || environment[name]?.trim() || undefined;
  const address = (name: string): string | undefined => {
    const value = pick(name);
    if (value === undefined) return undefined;
    const url = value.includes('://') ? value : `http://${value}`;
    if (/^https?:/i.test(url) && URL.canParse(url)) return url;
    problems.push(problem(name, `${name} must be the address of an HTTP proxy:`, 'write it as http://host:port.'));
    return undefined;
  };
  const [httpProxy, httpsProxy, noProxy] = [address('HTTP_PROXY'), address('HTTPS_PROXY'), pick('NO_PROXY')];
  const proxy = {
    ...(httpProxy !== undefined && { httpProxy }),
    ...(httpsProxy !== undefined && { httpsProxy }),
    ...(noProxy !== undefined && { noProxy }),
  };
  return { proxy, problems };
}

/** The first of several problems with one setting: that it is wrong, rather than that it is then missing. */
const withoutRepeats = (problems: readonly Problem[]): Problem[] =>
  problems.filter(({ setting }, i) => problems.findIndex((other) => other.setting === setting) === i);

const HOST = 'must be a host such as a41.chat.agora.io, with or without https:// before it, and no path';
/** Hosts on this very machine, where a token on plain HTTP is seen by nobody else. */
const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;

function readOrigin(values: Values, problems: Problem[]): string | undefined {
  const text = values.AGORA_CHAT_HOST;
  if (text === undefined) {
    problems.push(missing('AGORA_CHAT_HOST'));
    return undefined;
  }
  const wrong = (fault: string): undefined => {
    problems.push(problem('AGORA_CHAT_HOST', `AGORA_CHAT_HOST ${fault}.`, whereIs('AGORA_CHAT_HOST')));
    return undefined;
  };
  const full = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `https://${text}`;
  if (!URL.canParse(full)) return wrong(HOST);
  const url = new URL(full);
  if (
    !/^https?:$/.test(url.protocol) ||
    url.pathname !== '/' ||
    url.search ||
    url.hash ||
    url.username ||
    url.password
  ) {
    return wrong(HOST);
  }
  if (url.protocol === 'http:' && !LOOPBACK.test(url.hostname) && values.AGORA_CHAT_ALLOW_HTTP !== true) {
    return wrong(
      'is plain http, which would show the token to everyone on the way: use https, or set AGORA_CHAT_ALLOW_HTTP=1 for a private deployment',
    );
  }
  return url.origin;
}

function readApp(values: Values, problems: Problem[]): { prefix: readonly string[]; name: string } | undefined {
  const { AGORA_CHAT_APP_KEY: key, AGORA_CHAT_ORG_NAME: org, AGORA_CHAT_APP_NAME: app, AGORA_APP_ID: id } = values;
  if (org !== undefined && app !== undefined && key !== undefined && key !== `${org}#${app}`) {
    problems.push(
      problem(
        'AGORA_CHAT_APP_KEY',
        'AGORA_CHAT_APP_KEY names another app than AGORA_CHAT_ORG_NAME and AGORA_CHAT_APP_NAME:',
        'unset one or the other.',
      ),
    );
    return undefined;
  }
  if (key === undefined && (org === undefined) !== (app === undefined)) {
    problems.push(missing(org === undefined ? 'AGORA_CHAT_ORG_NAME' : 'AGORA_CHAT_APP_NAME'));
    return undefined;
  }
  const name = key ?? (org === undefined ? undefined : `${org}#${app}`);
  if (name !== undefined) return { prefix: name.split('#'), name };
  if (id !== undefined) return { prefix: ['app-id', id], name: id };
  if (problems.some(({ setting }) => setting === 'AGORA_APP_ID')) return undefined; // it is set, and wrong
  problems.push(
    problem(
      'AGORA_CHAT_APP_KEY',
      'AGORA_CHAT_APP_KEY is not set, nor is AGORA_APP_ID: one of them says which app is meant.',
      whereIs('AGORA_CHAT_APP_KEY'),
    ),
  );
  return undefined;
}

const CREDENTIALS =
  'AGORA_CHAT_APP_TOKEN (a ready token), AGORA_APP_CERTIFICATE (with AGORA_APP_ID) or EASEMOB_CLIENT_ID with EASEMOB_CLIENT_SECRET';
const WHERE_CREDENTIALS =
  'Where to find them: App Certificate: Agora Console > project overview, 声网控制台 > 项目概览; Client ID and ClientSecret: Easemob console > application overview, 环信控制台 > 应用概览; a token: your own token server.';

/** Exactly one kind of credentials: with two, nobody could tell which one a call was made with. */
function readCredentials(
  values: Values,
  given: ReadonlyMap<string, string>,
  problems: Problem[],
): CredentialSource | undefined {
  const before = problems.length;
  const token = readSecret('AGORA_CHAT_APP_TOKEN', given, problems);
  const certificate = readSecret('AGORA_APP_CERTIFICATE', given, problems);
  const clientSecret = readSecret('EASEMOB_CLIENT_SECRET', given, problems);
  const { AGORA_APP_ID: appId, EASEMOB_CLIENT_ID: clientId } = values;
  if (problems.length > before) return undefined;

  const kinds = [token, certificate, clientId ?? clientSecret].filter((kind) => kind !== undefined);
  if (kinds.length !== 1) {
    const none = kinds.length === 0;
    const fix = none ? `set ${CREDENTIALS}. ${WHERE_CREDENTIALS}` : `keep one of ${CREDENTIALS}.`;
    const fault = none ? 'No credentials are set:' : 'Two kinds of credentials are set:';
    problems.push(problem('AGORA_CHAT_APP_TOKEN', fault, fix));
    return undefined;
  }
  if (token) return { kind: 'fixed', token };
  if (certificate) {
    if (appId !== undefined && given.get('AGORA_APP_CERTIFICATE') === appId) {
      const fault = 'AGORA_APP_CERTIFICATE is the App ID again:';
      problems.push(problem('AGORA_APP_CERTIFICATE', fault, 'the certificate stands beside it in the console.'));
      return undefined;
    }
    if (appId !== undefined) return { kind: 'built', appId, certificate };
    problems.push(missing('AGORA_APP_ID'));
    return undefined;
  }
  if (clientId !== undefined && clientSecret) return { kind: 'exchanged', clientId, clientSecret };
  problems.push(missing(clientId === undefined ? 'EASEMOB_CLIENT_ID' : 'EASEMOB_CLIENT_SECRET'));
  return undefined;
}

/** A secret by value or by file; both at once is an error, since nobody could tell which one is meant. */
function readSecret(
  name: SettingName,
  given: ReadonlyMap<string, string>,
  problems: Problem[],
): SecretSource | undefined {
  const value = given.get(name);
  const file = given.get(`${name}_FILE`);
  if (value !== undefined && file !== undefined) {
    problems.push(problem(name, `${name} and ${name}_FILE are both set:`, 'unset one of them.'));
    return undefined;
  }
  if (value !== undefined) return { value: secret(value) };
  return file === undefined ? undefined : { file, setting: `${name}_FILE` };
}
