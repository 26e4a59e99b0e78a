import * as z from 'zod';
import { LANGUAGES } from '../base/language.ts';
import { LOG_LEVELS } from '../base/log.ts';

/** How a person's yes is asked for: the operator's choice, never an argument of a call. */
export const CONFIRM_MODES = ['auto', 'person', 'code'] as const;
export type ConfirmMode = (typeof CONFIRM_MODES)[number];

/** What the documentation says of a setting, beside its schema. */
interface SettingMeta {
  /** One line: what it is. */
  readonly meaning: string;
  /** Where a person finds the value. */
  readonly where?: string;
  /** A secret is never shown, and can also come from a file named by `NAME_FILE`. */
  readonly secret?: true;
  readonly default?: string;
  /**
   * Its label in the forms of hosts that install by themselves: server.json and manifest.json offer the settings that
   * have one. Some hosts ask for each of them in turn, so few do.
   */
  readonly label?: string;
  /** What is said below that label, where the line for the documentation names variables that such a form does not show. */
  readonly inForm?: string;
  /** It is a yes or a no: a box to tick in such a form, and a flag without a value. */
  readonly flag?: true;
  /** The values that it can have, where they are few. */
  readonly choices?: readonly string[];
  /** What stands for its value where its flag is shown; by default the last word of its name. */
  readonly value?: string;
  /** Which settings it stands with where they are listed for a person. */
  readonly group: SettingGroup;
}

/** In the order in which a person comes to need them. */
export const SETTING_GROUPS = {
  app: 'Which app',
  credentials: 'Credentials: one kind, and none of them on a command line',
  safety: 'What an assistant may do',
  running: 'How it runs',
} as const;
export type SettingGroup = keyof typeof SETTING_GROUPS;

const documentation = z.registry<SettingMeta>();

/** Agora, Shengwang and Easemob show the same values under other names. */
const CONSOLE =
  'Agora Console > project > Chat > Config; 声网控制台 > 即时通讯 IM > 功能配置; Easemob console > application overview; 环信控制台 > 应用概览';
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
const token = () =>
  z
    .string()
    .regex(/^[\x21-\x7e]+$/, 'must be the value alone, on one line, without "Bearer" before it')
    .optional();

const hex32 = () => z.string().regex(/^[0-9a-fA-F]{32}$/, 'must be 32 hexadecimal digits');

const APP_KEY =
  'must be org#app, both halves as the console shows them; in a .env file put it in quotes, since # starts a comment there';
const pathPart = z.string().regex(/^(?!\.{1,2}$)[^#/\\?\s]+$/, 'must be the bare name as the console shows it');

/** Every setting, by its name in the environment. The README's table and the help text are made from this. */
export const settings = z.object({
  AGORA_CHAT_HOST: setting(z.string().optional(), {
    label: 'REST host',
    group: 'app',
    meaning: 'REST host: bare, or with scheme; `a41.chat.agora.io`',
    where: `${CONSOLE} (REST API)`,
  }),
  AGORA_CHAT_APP_KEY: setting(
    z
      .string()
      .regex(/^[^#/\\?\s]+#[^#/\\?\s]+$/, APP_KEY)
      .refine((key) => !key.split('#').some((part) => part === '.' || part === '..'), APP_KEY)
      .optional(),
    {
      label: 'App key',
      group: 'app',
      value: 'ORG#APP',
      meaning: '`org#app`: the classic URL form',
      where: `${CONSOLE} (AppKey)`,
    },
  ),
  AGORA_CHAT_ORG_NAME: setting(pathPart.optional(), {
    group: 'app',
    meaning: 'The first half of the app key, in place of `AGORA_CHAT_APP_KEY`',
    where: `${CONSOLE} (OrgName)`,
  }),
  AGORA_CHAT_APP_NAME: setting(pathPart.optional(), {
    group: 'app',
    meaning: 'The second half of the app key',
    where: `${CONSOLE} (AppName)`,
  }),
  AGORA_APP_ID: setting(
    z
      .string()
      .regex(/^[0-9a-fA-F]{32}$/, 'must be 32 hexadecimal digits')
      .optional(),
    {
      label: 'App ID',
      inForm: '32 hexadecimal digits. With the App Certificate, or where there is no app key',
      group: 'app',
      meaning: '32 hex digits; without an app key the `app-id` URL form',
      where: PROJECT,
    },
  ),
  AGORA_CHAT_APP_TOKEN: setting(token(), {
    label: 'App token',
    inForm: 'A ready app token (not a user token), in place of the fields below, until it ends',
    group: 'credentials',
    meaning: 'A ready app token (not a user token)',
    where: 'your own token server, or the Agora Console as a temporary token',
    secret: true,
  }),
  AGORA_APP_CERTIFICATE: setting(hex32().optional(), {
    label: 'App Certificate',
    inForm: 'With the App ID: app tokens are made on this machine, and renewed',
    group: 'credentials',
    meaning: 'With `AGORA_APP_ID`: app tokens are built here and renewed',
    where: PROJECT,
    secret: true,
  }),
  EASEMOB_CLIENT_ID: setting(token(), {
    label: 'Easemob Client ID',
    inForm: 'With the Easemob ClientSecret: exchanged for app tokens, and renewed',
    group: 'credentials',
    meaning: 'With `EASEMOB_CLIENT_SECRET`: exchanged for app tokens, and renewed',
    where: 'Easemob console > application overview (Client ID); 环信控制台 > 应用概览',
  }),
  EASEMOB_CLIENT_SECRET: setting(token(), {
    label: 'Easemob ClientSecret',
    inForm: 'Stands beside the Client ID',
    group: 'credentials',
    meaning: 'See `EASEMOB_CLIENT_ID`',
    where: 'Easemob console > application overview (ClientSecret); 环信控制台 > 应用概览',
    secret: true,
  }),
  AGORA_CHAT_ALLOW_HTTP: setting(flag(), {
    group: 'running',
    flag: true,
    meaning: '1: plain HTTP beyond loopback, for private deployments',
  }),
  AGORA_THREADS_SANDBOX: setting(flag(), {
    group: 'app',
    flag: true,
    meaning: '1: the embedded sandbox, whatever else is set',
  }),
  AGORA_THREADS_READ_ONLY: setting(flag(), {
    label: 'Read only',
    inForm: 'Only the tools that read',
    flag: true,
    group: 'safety',
    meaning: '1: only the tools that read are registered',
  }),
  AGORA_THREADS_TOOLS: setting(
    z
      .string()
      .transform((names) =>
        names
          .split(',')
          .map((name) => name.trim())
          .filter((name) => name !== ''),
      )
      .optional(),
    { group: 'safety', value: 'NAMES', meaning: 'Names, comma separated: only these tools are registered' },
  ),
  AGORA_THREADS_AUDIT_LOG: setting(
    z
      .string()
      .regex(/^(?!~)/, 'must be a full path, since ~ is not expanded here')
      .optional(),
    {
      label: 'Audit log',
      inForm: 'The full path of a file: two JSON lines for each write, one before it is sent and one after',
      group: 'safety',
      value: 'FILE',
      meaning: 'A file: two JSON lines for each write, one before it is sent and one after',
    },
  ),
  AGORA_THREADS_CONFIRM: setting(
    z
      .enum([...CONFIRM_MODES, 'elicitation'], `must be one of ${CONFIRM_MODES.join(', ')}`)
      // The old name of the same mode.
      .transform((mode) => (mode === 'elicitation' ? 'person' : mode))
      .optional(),
    {
      label: 'How a deletion is confirmed',
      inForm:
        'auto (a form, else a code), person (only a person can confirm), or code: for a host that declines by itself',
      group: 'safety',
      choices: CONFIRM_MODES,
      value: 'MODE',
      meaning:
        'How a deletion is confirmed: `auto` (a form, else a code), `person` (only a person can confirm), `code`',
      default: 'auto',
    },
  ),
  AGORA_THREADS_MAX_DELETES: setting(wholeNumber(1, 1_000_000), {
    label: 'Deletions an hour',
    inForm: 'At most this many threads are deleted in any 60 minutes; no limit where this is left empty',
    group: 'safety',
    value: 'N',
    meaning: 'At most this many threads are deleted in any 60 minutes: a seat belt, not a security boundary',
  }),
  AGORA_THREADS_LANG: setting(z.enum(LANGUAGES, `must be one of ${LANGUAGES.join(', ')}`).optional(), {
    group: 'running',
    choices: LANGUAGES,
    meaning: 'Language of questions to a person: `en` or `zh`',
    default: 'en',
  }),
  AGORA_THREADS_RATE_LIMIT: setting(wholeNumber(1, 1_000_000), {
    label: 'Calls a second',
    inForm: 'For each endpoint, 50 where this is left empty; at 10 or less for all together (the Free plan has 10)',
    group: 'running',
    value: 'N',
    meaning: 'Calls a second for each endpoint; at 10 or less one budget for all (the Free plan has 10)',
    default: '50',
  }),
  AGORA_THREADS_TIMEOUT_MS: setting(wholeNumber(1, 600_000), {
    group: 'running',
    meaning: 'Time limit of one HTTP attempt, in milliseconds; a page of a list has 60 s in all',
    default: '30000',
  }),
  AGORA_CHAT_UNDOCUMENTED: setting(flag(), {
    group: 'safety',
    flag: true,
    meaning: '1: two more tools, `get_thread` and `list_group_threads`, on calls that the vendor documents nowhere',
  }),
  AGORA_THREADS_LOG_LEVEL: setting(z.enum(LOG_LEVELS, `must be one of ${LOG_LEVELS.join(', ')}`).optional(), {
    group: 'running',
    meaning: 'What goes to stderr: `silent` `error` `warn` `info` `debug`',
    default: 'warn',
  }),
});

export type SettingName = keyof typeof settings.shape;
const NAMES = Object.keys(settings.shape) as readonly SettingName[];

const isSecretName = (name: SettingName): boolean => documentation.get(settings.shape[name])?.secret === true;
/** `NAME_FILE` for each secret. */
const FILES: ReadonlyMap<string, SettingName> = new Map(
  NAMES.filter(isSecretName).map((name) => [`${name}_FILE`, name]),
);

/** Every name that a setting can be given by. */
export const settingNames: readonly string[] = [...NAMES, ...FILES.keys()];

/** What the documentation says of each setting, in the order of the schema. */
export const documented: readonly (SettingMeta & { name: SettingName })[] = NAMES.map((name) => ({
  name,
  ...(documentation.get(settings.shape[name]) ?? { meaning: '', group: 'running' }),
}));

/** Is its value never shown? */
export const isSecret = (name: string): boolean =>
  documented.some((setting) => setting.name === name && setting.secret);

/** Where a person finds the value of a setting, as a sentence. */
export function whereIs(name: string): string | undefined {
  const where = documented.find((setting) => setting.name === name)?.where;
  return where === undefined ? undefined : `Where to find it: ${where}.`;
}

/** Does the setting, known or misspelt, say which app is meant? Then the sandbox is not. */
export const isOfApp = (name: string): boolean => /^(AGORA_CHAT_|AGORA_APP_|EASEMOB_)/i.test(name);

/** Is it a setting of this server, or the `_FILE` of one? */
export const isKnown = (name: string): boolean => name in settings.shape || FILES.has(name);
