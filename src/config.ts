import * as z from 'zod';
import type { ProxySettings } from './agora/dispatcher.ts';
import { closest } from './closest.ts';
import { CONFIRM_MODES, type ConfirmMode } from './confirm.ts';
import { LOG_LEVELS, type LogLevel } from './log.ts';
import { secret } from './secrets.ts';

/** What the documentation says of a setting, beside its schema. */
interface SettingMeta {
  /** One line: what it is. */
  readonly meaning: string;
  /** Where a person finds the value. */
  readonly where?: string;
  /** A secret is never shown, and can also come from a file named by `NAME_FILE`. */
  readonly secret?: true;
  readonly default?: string;
}

const documentation = z.registry<SettingMeta>();

/** Agora, Shengwang and Easemob show the same values under other names. */
const CONSOLE =
  'Agora Console > project > Chat > Config; 声网控制台 > 即时通讯 IM > 功能配置; Easemob console > application overview';
const PROJECT = 'Agora Console > project overview; 声网控制台 > 项目概览';

const setting = <T extends z.ZodType>(schema: T, meta: SettingMeta): T => {
  documentation.add(schema, meta);
  return schema;
};

/** A new schema for each setting, since the documentation is kept by schema. */
const flag = () =>
  z
    .enum(['1', 'true', '0', 'false'], 'must be 1 or 0')
    .transform((value) => value === '1' || value === 'true')
    .optional();

const wholeNumber = (from: number, to: number) =>
  z
    .string()
    .regex(/^\d{1,9}$/, `must be a whole number from ${from} to ${to}`)
    .transform(Number)
    .refine((value) => value >= from && value <= to, `must be a whole number from ${from} to ${to}`)
    .optional();

/** Header text: a line break or a blank in it would end the header or the token early. */
const token = z
  .string()
  .regex(/^[\x21-\x7e]+$/, 'must be the token alone, on one line, without "Bearer" before it')
  .optional();

const APP_KEY =
  'must be org#app, both halves as the console shows them; in a .env file put it in quotes, since # starts a comment there';
const pathPart = z.string().regex(/^(?!\.{1,2}$)[^#/\\?\s]+$/, 'must be the bare name as the console shows it');

/** Every setting, by its name in the environment. The README's table and the help text are made from this. */
export const settings = z.object({
  AGORA_CHAT_HOST: setting(z.string().optional(), {
    meaning: 'REST host: bare, or with scheme; `a41.chat.agora.io`',
    where: `${CONSOLE} (REST API)`,
  }),
  AGORA_CHAT_APP_KEY: setting(
    z
      .string()
      .regex(/^[^#/\\?\s]+#[^#/\\?\s]+$/, APP_KEY)
      .refine((key) => !key.split('#').some((part) => part === '.' || part === '..'), APP_KEY)
      .optional(),
    { meaning: '`org#app`: the classic URL form', where: `${CONSOLE} (AppKey)` },
  ),
  AGORA_CHAT_ORG_NAME: setting(pathPart.optional(), {
    meaning: 'The first half of the app key, in place of `AGORA_CHAT_APP_KEY`',
    where: `${CONSOLE} (OrgName)`,
  }),
  AGORA_CHAT_APP_NAME: setting(pathPart.optional(), {
    meaning: 'The second half of the app key',
    where: `${CONSOLE} (AppName)`,
  }),
  AGORA_APP_ID: setting(
    z
      .string()
      .regex(/^[0-9a-fA-F]{32}$/, 'must be 32 hexadecimal digits')
      .optional(),
    {
      meaning: '32 hex digits; without an app key the `app-id` URL form',
      where: PROJECT,
    },
  ),
  AGORA_CHAT_APP_TOKEN: setting(token, {
    meaning: 'A ready app token (not a user token)',
    where: 'your own token server, or the Agora Console as a temporary token',
    secret: true,
  }),
  AGORA_CHAT_ALLOW_HTTP: setting(flag(), {
    meaning: '1: plain HTTP beyond loopback, for private deployments',
  }),
  AGORA_THREADS_SANDBOX: setting(flag(), {
    meaning: '1: the embedded sandbox, whatever else is set',
  }),
  AGORA_THREADS_CONFIRM: setting(z.enum(CONFIRM_MODES, `must be one of ${CONFIRM_MODES.join(', ')}`).optional(), {
    meaning: 'How a deletion is confirmed: `auto` (a form, else a code), `elicitation` (a form or not at all), `code`',
    default: 'auto',
  }),
  AGORA_THREADS_TIMEOUT_MS: setting(wholeNumber(1, 600_000), {
    meaning: 'Time limit of one HTTP attempt, in milliseconds',
    default: '30000',
  }),
  AGORA_THREADS_LOG_LEVEL: setting(z.enum(LOG_LEVELS, `must be one of ${LOG_LEVELS.join(', ')}`).optional(), {
    meaning: 'What goes to stderr: `silent` `error` `warn` `info` `debug`',
    default: 'warn',
  }),
});

type SettingName = keyof typeof settings.shape;
const NAMES = Object.keys(settings.shape) as readonly SettingName[];

/** A setting that is missing or wrong, in a sentence that names it and says where its value is found. */
export interface Problem {
  readonly setting: string;
  readonly text: string;
}

/** A call cannot be made with the settings as they are. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError';
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    super(problems.map(({ text }) => text).join(' '));
    this.problems = problems;
  }
}

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
  readonly token: SecretSource;
}

export type Target =
  | AppTarget
  | { readonly kind: 'sandbox'; readonly forced: boolean }
  | { readonly kind: 'unusable'; readonly problems: readonly Problem[] };

export interface Config {
  readonly target: Target;
  readonly confirm: ConfirmMode;
  readonly timeoutMs: number;
  readonly logLevel: LogLevel;
  readonly proxy: ProxySettings;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Settings that say which app is meant: one of them set, known or misspelt, and the sandbox is not. */
const APP_PREFIX = /^(AGORA_CHAT_|AGORA_APP_|EASEMOB_)/;
const OUR_PREFIX = /^(AGORA_CHAT_|AGORA_APP_|EASEMOB_|AGORA_THREADS?_)/;

const isSecret = (name: SettingName): boolean => documentation.get(settings.shape[name])?.secret === true;
const FILES: ReadonlyMap<string, SettingName> = new Map(NAMES.filter(isSecret).map((name) => [`${name}_FILE`, name]));

/** What the documentation says of each setting, in the order of the schema. */
export const documented: readonly (SettingMeta & { name: string })[] = NAMES.map((name) => ({
  name,
  ...(documentation.get(settings.shape[name]) ?? { meaning: '' }),
}));

/**
 * Reads the settings. It never throws and never touches a file: a server with wrong settings still starts and lists
 * its tools, and each call then says what is wrong.
 */
export function readConfig(environment: Environment): Config {
  const ours = Object.entries(environment).flatMap(([name, value]) =>
    // Hosts write an unset field of their forms as an empty string: empty counts as unset.
    OUR_PREFIX.test(name) && value !== undefined && value.trim() !== '' ? [[name, value.trim()] as const] : [],
  );
  const problems: Problem[] = [];
  const given = new Map<string, string>();
  for (const [name, value] of ours) {
    if (!(name in settings.shape) && !FILES.has(name)) problems.push(unknownSetting(name));
    else if (/\$\{[^}]*\}/.test(value))
      problems.push({ setting: name, text: `${name} holds a literal \${...} that nobody filled in.` });
    else given.set(name, value);
  }

  const parsed = settings.safeParse(Object.fromEntries(given));
  for (const issue of parsed.error?.issues ?? []) {
    const name = String(issue.path[0]);
    problems.push({ setting: name, text: `${name} ${issue.message}.${whereIs(name)}` });
  }
  const values: Partial<z.output<typeof settings>> = parsed.data ?? {};
  const config = {
    confirm: values.AGORA_THREADS_CONFIRM ?? 'auto',
    timeoutMs: values.AGORA_THREADS_TIMEOUT_MS ?? 30_000,
    logLevel: values.AGORA_THREADS_LOG_LEVEL ?? 'warn',
    proxy: readProxy(environment),
  } as const;

  const forced = values.AGORA_THREADS_SANDBOX;
  const meansApp = forced === false || ours.some(([name]) => APP_PREFIX.test(name));
  if (problems.length === 0 && (forced || !meansApp))
    return { ...config, target: { kind: 'sandbox', forced: forced === true } };
  const target = problems.length === 0 ? readTarget(values, given, problems) : undefined;
  return { ...config, target: target ?? { kind: 'unusable', problems } };
}

/** Puts the app together from settings that are each right; what is missing or at odds goes into `problems`. */
function readTarget(
  values: Partial<z.output<typeof settings>>,
  given: ReadonlyMap<string, string>,
  problems: Problem[],
): AppTarget | undefined {
  const origin = readOrigin(values, problems);
  const app = readApp(values, problems);
  const token = readSecret('AGORA_CHAT_APP_TOKEN', given, problems);
  if (!token && problems.every(({ setting }) => setting !== 'AGORA_CHAT_APP_TOKEN')) {
    problems.push(missing('AGORA_CHAT_APP_TOKEN'));
  }
  if (!origin || !app || !token || problems.length > 0) return undefined;
  const loopback = LOOPBACK.test(new URL(origin).hostname);
  return { kind: 'app', origin, loopback, ...app, token };
}

/** The proxy settings of the system, in lower case first as other tools read them. */
function readProxy(environment: Environment): ProxySettings {
  const pick = (name: string) => environment[name.toLowerCase()] || environment[name] || undefined;
  const [httpProxy, httpsProxy, noProxy] = ['HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY'].map(pick);
  return {
    ...(httpProxy !== undefined && { httpProxy }),
    ...(httpsProxy !== undefined && { httpsProxy }),
    ...(noProxy !== undefined && { noProxy }),
  };
}

const HOST = 'must be a host such as a41.chat.agora.io, with or without https:// before it, and no path';
/** Hosts on this very machine, where a token on plain HTTP is seen by nobody else. */
const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;

function readOrigin(values: Partial<z.output<typeof settings>>, problems: Problem[]): string | undefined {
  const text = values.AGORA_CHAT_HOST;
  if (text === undefined) {
    problems.push(missing('AGORA_CHAT_HOST'));
    return undefined;
  }
  const wrong = (fault: string): undefined => {
    problems.push({ setting: 'AGORA_CHAT_HOST', text: `AGORA_CHAT_HOST ${fault}.${whereIs('AGORA_CHAT_HOST')}` });
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

function readApp(
  values: Partial<z.output<typeof settings>>,
  problems: Problem[],
): { prefix: readonly string[]; name: string } | undefined {
  const { AGORA_CHAT_APP_KEY: key, AGORA_CHAT_ORG_NAME: org, AGORA_CHAT_APP_NAME: app, AGORA_APP_ID: id } = values;
  if (org !== undefined && app !== undefined && key !== undefined && key !== `${org}#${app}`) {
    problems.push({
      setting: 'AGORA_CHAT_APP_KEY',
      text: 'AGORA_CHAT_APP_KEY names another app than AGORA_CHAT_ORG_NAME and AGORA_CHAT_APP_NAME: unset one or the other.',
    });
    return undefined;
  }
  if (key === undefined && (org === undefined) !== (app === undefined)) {
    problems.push(missing(org === undefined ? 'AGORA_CHAT_ORG_NAME' : 'AGORA_CHAT_APP_NAME'));
    return undefined;
  }
  const name = key ?? (org === undefined ? undefined : `${org}#${app}`);
  if (name !== undefined) return { prefix: name.split('#'), name };
  if (id !== undefined) return { prefix: ['app-id', id], name: id };
  problems.push({
    setting: 'AGORA_CHAT_APP_KEY',
    text: `AGORA_CHAT_APP_KEY (org#app) is not set, nor is AGORA_APP_ID: one of them says which app is meant.${whereIs('AGORA_CHAT_APP_KEY')}`,
  });
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
    problems.push({ setting: name, text: `${name} and ${name}_FILE are both set: unset one of them.` });
    return undefined;
  }
  if (value !== undefined) return { value: secret(value) };
  return file === undefined ? undefined : { file, setting: `${name}_FILE` };
}

const missing = (name: string): Problem => ({ setting: name, text: `${name} is not set.${whereIs(name)}` });

function whereIs(name: string): string {
  const where = documented.find((setting) => setting.name === name)?.where;
  return where === undefined ? '' : ` Where to find it: ${where}.`;
}

function unknownSetting(name: string): Problem {
  const nearest = closest(name, [...NAMES, ...FILES.keys()]);
  const hint = nearest === undefined ? 'agora-threads-mcp --help lists them all' : `did you mean ${nearest}?`;
  return { setting: name, text: `${name} is no setting of this server: ${hint}${nearest === undefined ? '.' : ''}` };
}
