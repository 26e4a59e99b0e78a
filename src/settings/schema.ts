import '../base/zod-jitless.ts';
import * as z from 'zod';
import { LANGUAGES } from '../base/language.ts';
import { LOG_LEVELS } from '../base/log.ts';
import { application, inConsole, PROJECT, REDIS_OPERATOR, TOKEN_SERVER } from './places.ts';
import type { Say } from './problem-words-en.ts';
import { redisUrl } from './redis-address.ts';
import {
  anyPath,
  appKey,
  fullPath,
  hex32,
  host,
  httpUrl,
  oneOf,
  pathPart,
  replica,
  token,
  toolNames,
  wholeNumber,
  yesOrNo,
} from './value-kinds.ts';
import type { Where } from './where-found.ts';

/** How a person's yes is asked for: the operator's choice, never an argument of a call. */
export const CONFIRM_MODES = ['auto', 'person', 'code'] as const;
export type ConfirmMode = (typeof CONFIRM_MODES)[number];

interface Setting {
  /** Of its text in the environment, without blanks around it. */
  readonly schema: z.ZodType<unknown, string>;
  /** What it has to be. */
  readonly mustBe: Say;
  /** One line: what it is. */
  readonly meaning: string;
  /** Where a person finds the value. */
  readonly where?: Where;
  /** A secret is never shown, and can also come from a file named by `NAME_FILE`. */
  readonly secret?: true;
  /** What counts where nothing is set, as it would be written in the environment. */
  readonly default?: string;
  /**
   * Its label in the forms of hosts that install servers themselves: server.json and manifest.json offer the settings
   * that have one. Some hosts ask for each of them in turn, so only a few do.
   */
  readonly label?: string;
  /** The text below that label, where `meaning` names variables that such a form does not show. */
  readonly inForm?: string;
  /** Is it a yes or no? */
  readonly flag?: true;
  /** The values it can have, where they are few. */
  readonly choices?: readonly string[];
  /** The placeholder for its value in help; by default the last word of its name. */
  readonly value?: string;
  /** Where it is listed for a person. */
  readonly group: SettingGroup;
}

/** In the order in which a person comes to need them. */
export const SETTING_GROUPS = {
  app: 'Which app',
  credentials: 'Credentials: one kind, and none of them on a command line',
  safety: 'What an assistant may do',
  running: 'How it runs',
  team: 'One server for a team, with serve --http',
} as const;
export type SettingGroup = keyof typeof SETTING_GROUPS;

/** Every setting, by its name in the environment. The README's table and the help text are made from this. */
const SETTINGS = {
  AGORA_CHAT_HOST: {
    ...host,
    label: 'REST host',
    group: 'app',
    meaning: 'REST API host, e.g. `a41.chat.agora.io`',
    where: inConsole('REST API'),
  },
  AGORA_CHAT_APP_KEY: {
    ...appKey,
    label: 'App key',
    group: 'app',
    value: 'ORG#APP',
    meaning: 'App key from the console, e.g. `org#app`',
    where: inConsole('AppKey'),
  },
  AGORA_CHAT_ORG_NAME: {
    ...pathPart,
    group: 'app',
    meaning: 'The first half of the app key, in place of `AGORA_CHAT_APP_KEY`',
    where: inConsole('OrgName'),
  },
  AGORA_CHAT_APP_NAME: {
    ...pathPart,
    group: 'app',
    meaning: 'The second half of the app key',
    where: inConsole('AppName'),
  },
  AGORA_APP_ID: {
    ...hex32,
    label: 'App ID',
    inForm: '32 hexadecimal digits. With the App Certificate, or where there is no app key',
    group: 'app',
    meaning: '32 hex digits; without an app key the `app-id` URL form',
    where: PROJECT,
  },
  AGORA_CHAT_APP_TOKEN: {
    ...token,
    label: 'App token',
    inForm:
      'An app token you already have (not a user token), in place of the fields below; it stops working when it expires',
    group: 'credentials',
    meaning: 'An app token you already have (not a user token)',
    where: TOKEN_SERVER,
    secret: true,
  },
  AGORA_APP_CERTIFICATE: {
    ...hex32,
    label: 'App Certificate',
    inForm: 'With the App ID: app tokens are made on this machine, and renewed',
    group: 'credentials',
    meaning: 'With `AGORA_APP_ID`: app tokens are built here and renewed',
    where: PROJECT,
    secret: true,
  },
  EASEMOB_CLIENT_ID: {
    ...token,
    label: 'Easemob Client ID',
    inForm: 'With the Easemob ClientSecret: exchanged for app tokens, and renewed',
    group: 'credentials',
    meaning: 'With `EASEMOB_CLIENT_SECRET`: exchanged for app tokens, and renewed',
    where: application('Client ID'),
  },
  EASEMOB_CLIENT_SECRET: {
    ...token,
    label: 'Easemob ClientSecret',
    inForm: 'Next to the Client ID in the console',
    group: 'credentials',
    meaning: 'See `EASEMOB_CLIENT_ID`',
    where: application('ClientSecret'),
    secret: true,
  },
  AGORA_CHAT_ALLOW_HTTP: {
    ...yesOrNo,
    group: 'running',
    meaning: '1: plain HTTP beyond loopback, for private deployments',
  },
  AGORA_THREADS_SANDBOX: {
    ...yesOrNo,
    group: 'app',
    meaning: '1: the embedded sandbox, whatever else is set',
  },
  AGORA_THREADS_READ_ONLY: {
    ...yesOrNo,
    label: 'Read only',
    inForm: 'Only the tools that read',
    group: 'safety',
    meaning: '1: only the tools that read are registered',
  },
  AGORA_THREADS_TOOLS: {
    ...toolNames,
    group: 'safety',
    value: 'NAMES',
    meaning: 'Names, comma separated: only these tools are registered',
  },
  AGORA_THREADS_AUDIT_LOG: {
    ...fullPath,
    label: 'Audit log',
    inForm: 'The full path of a file: two JSON lines for each write, one before it is sent and one after',
    group: 'safety',
    value: 'FILE',
    meaning: 'A file: two JSON lines for each write, one before it is sent and one after',
  },
  AGORA_THREADS_CONFIRM: {
    ...oneOf(CONFIRM_MODES),
    // The old name of the mode is still taken.
    schema: z.preprocess((mode) => (mode === 'elicitation' ? 'person' : mode), oneOf(CONFIRM_MODES).schema),
    label: 'How a deletion is confirmed',
    inForm:
      'auto (a form, else a click in a view, else a code), person (only a person can confirm), or code: for a host that declines by itself',
    group: 'safety',
    value: 'MODE',
    meaning:
      'How a deletion is confirmed: `auto` (a form, else a click in a view, else a code), `person` (only a person can confirm), `code`',
    default: 'auto',
  },
  AGORA_THREADS_MAX_DELETES: {
    ...wholeNumber(1, 1_000_000),
    label: 'Deletions an hour',
    inForm: 'At most this many threads are deleted in any 60 minutes; no limit where this is left empty',
    group: 'safety',
    value: 'N',
    meaning: 'At most this many threads are deleted in any 60 minutes: a seat belt, not a security boundary',
  },
  AGORA_THREADS_LANG: {
    ...oneOf(LANGUAGES),
    group: 'running',
    value: 'LANG',
    meaning: 'Language of what a person reads (questions, the view, the terminal, `doctor`): `en` or `zh`',
    default: 'en',
  },
  AGORA_THREADS_RATE_LIMIT: {
    ...wholeNumber(1, 1_000_000),
    label: 'Calls a second',
    inForm: 'For each endpoint, 50 where this is left empty; at 10 or less for all together (the Free plan has 10)',
    group: 'running',
    value: 'N',
    meaning: 'Calls a second for each endpoint; at 10 or less one budget for all (the Free plan has 10)',
    default: '50',
  },
  AGORA_THREADS_REDIS_URL: {
    ...redisUrl,
    group: 'running',
    meaning:
      'A Redis in which all processes on one app share its rate limit: `redis://` or, over TLS, `rediss://user:password@host:port`',
    where: REDIS_OPERATOR,
    secret: true,
  },
  AGORA_THREADS_HTTP_URL: {
    ...httpUrl,
    group: 'team',
    meaning:
      'The address that clients use. Requests for another host, or from a web page elsewhere, are refused; loopback is always allowed',
  },
  AGORA_THREADS_HTTP_TOKENS_FILE: {
    ...anyPath,
    group: 'team',
    meaning:
      'A file of bearer tokens, one a line, as the command `token` prints them; a request without a valid one is refused',
  },
  AGORA_THREADS_REPLICA: {
    ...replica,
    group: 'team',
    value: 'NAME',
    meaning: 'The name of this process among several behind a proxy: session ids begin with it',
    default: 'main',
  },
  AGORA_THREADS_TIMEOUT_MS: {
    ...wholeNumber(1, 600_000),
    group: 'running',
    meaning: 'Time limit of one HTTP attempt, in milliseconds; a whole call has 45 s',
    default: '30000',
  },
  AGORA_THREADS_UNDOCUMENTED: {
    ...yesOrNo,
    group: 'safety',
    meaning:
      '1: use calls that the vendor documents nowhere: `list_group_threads` is offered too, and `get_thread` takes one call',
  },
  AGORA_THREADS_LOG_LEVEL: {
    ...oneOf(LOG_LEVELS),
    group: 'running',
    meaning: 'What goes to stderr: `silent` `error` `warn` `info` `debug`',
    default: 'warn',
  },
} as const satisfies Readonly<Record<string, Setting>>;

type Table = typeof SETTINGS;
export type SettingName = keyof Table;
export type SecretName = { [K in SettingName]: Table[K] extends { secret: true } ? K : never }[SettingName];

type Shape = {
  [K in SettingName]: Table[K] extends { default: string }
    ? z.ZodPrefault<Table[K]['schema']>
    : z.ZodOptional<Table[K]['schema']>;
};
function shapeOf(table: Table): Shape;
function shapeOf(table: Readonly<Record<string, Setting>>): object {
  return Object.fromEntries(
    Object.entries(table).map(([name, { schema, default: text }]) => [
      name,
      text === undefined ? schema.optional() : schema.prefault(text),
    ]),
  );
}

/** Reads all settings at once, and fills in the defaults. */
export const settings = z.object(shapeOf(SETTINGS));
export type SettingValues = z.output<typeof settings>;

/** Every setting with what the documentation says of it, in the order of the schema. */
export const documented: readonly (Setting & { readonly name: SettingName })[] = settings
  .keyof()
  .options.map((name) => ({ name, ...SETTINGS[name] }));
