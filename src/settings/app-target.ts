import { isLoopback } from '../base/loopback.ts';
import type { Problem } from './problem.ts';
import type { Fault, Say } from './problem-words-en.ts';
import { type SecretSource, secretSource } from './read-secret.ts';
import type { SettingName, SettingValues } from './schema.ts';
import { type VariableName, whereOf } from './setting-names.ts';
import type { Reader } from './where-found.ts';

type Given = ReadonlyMap<VariableName, string>;

export interface AppTarget {
  readonly kind: 'app';
  /** Scheme, host and port. */
  readonly origin: string;
  /** Is the host this machine? */
  readonly loopback: boolean;
  /** The first parts of each path: `[org, app]`, or `['app-id', id]`. */
  readonly prefix: readonly string[];
  /** The app in words: `org#app`, or the App ID. */
  readonly name: string;
  readonly credentials: Credentials;
}

/** Where app tokens come from: one kind of credentials. */
export type Credentials =
  | { readonly kind: 'fixed'; readonly token: SecretSource }
  | { readonly kind: 'built'; readonly appId: string; readonly certificate: SecretSource }
  | { readonly kind: 'exchanged'; readonly clientId: string; readonly clientSecret: SecretSource };

/** Puts the app together from settings that are valid one by one; what is missing or contradictory goes into `problems`. */
export function readTarget(
  values: SettingValues,
  given: Given,
  problems: Problem[],
  reader: Reader,
): AppTarget | undefined {
  const origin = readOrigin(values, problems);
  const app = readApp(values, problems);
  const credentials = readCredentials(values, given, problems, reader);
  if (!origin || !app || !credentials || problems.length > 0) return undefined;
  const loopback = isLoopback(new URL(origin).hostname);
  return { kind: 'app', origin, loopback, ...app, credentials };
}

function report(problems: Problem[], setting: SettingName, say: Say<Fault>): undefined {
  problems.push({ setting, say });
}

const missing = (problems: Problem[], setting: SettingName): undefined =>
  report(problems, setting, (say) => say.notSet);

function readOrigin(values: SettingValues, problems: Problem[]): string | undefined {
  const text = values.AGORA_CHAT_HOST;
  if (text === undefined) return missing(problems, 'AGORA_CHAT_HOST');
  const wrong = (say: Say<Fault>) => report(problems, 'AGORA_CHAT_HOST', say);
  const isNoHost = () => wrong((say) => ({ fault: say.mustBe.host }));
  const full = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `https://${text}`;
  if (!URL.canParse(full)) return isNoHost();
  const url = new URL(full);
  const { protocol, pathname, search, hash, username, password } = url;
  if (!/^https?:$/.test(protocol) || pathname !== '/' || search || hash || username || password) return isNoHost();
  if (protocol === 'http:' && !isLoopback(url.hostname) && values.AGORA_CHAT_ALLOW_HTTP !== true) {
    return wrong((say) => say.plainHttp);
  }
  return url.origin;
}

function readApp(values: SettingValues, problems: Problem[]): { prefix: readonly string[]; name: string } | undefined {
  const { AGORA_CHAT_APP_KEY: key, AGORA_CHAT_ORG_NAME: org, AGORA_CHAT_APP_NAME: app, AGORA_APP_ID: id } = values;
  const [keyOrg, keyApp] = key?.split('#') ?? [];
  const others = [
    ...(key !== undefined && org !== undefined && org !== keyOrg ? ['AGORA_CHAT_ORG_NAME'] : []),
    ...(key !== undefined && app !== undefined && app !== keyApp ? ['AGORA_CHAT_APP_NAME'] : []),
  ];
  if (others.length > 0) {
    return report(problems, 'AGORA_CHAT_APP_KEY', (say) => say.otherApp(others));
  }
  if (key === undefined && (org === undefined) !== (app === undefined)) {
    return missing(problems, org === undefined ? 'AGORA_CHAT_ORG_NAME' : 'AGORA_CHAT_APP_NAME');
  }
  const name = key ?? (org === undefined ? undefined : `${org}#${app}`);
  if (name !== undefined) return { prefix: name.split('#'), name };
  if (id !== undefined) return { prefix: ['app-id', id], name: id };
  if (problems.some(({ setting }) => setting === 'AGORA_APP_ID')) return undefined; // set, but wrong
  return report(problems, 'AGORA_CHAT_APP_KEY', (say) => say.noAppNamed);
}

/** The kinds of credentials, with the vendor that has them; an app token comes from a server of one's own. */
const KINDS = [
  { names: ['AGORA_APP_CERTIFICATE', 'AGORA_APP_ID'], secret: 'AGORA_APP_CERTIFICATE', vendor: 'agora' },
  { names: ['EASEMOB_CLIENT_ID', 'EASEMOB_CLIENT_SECRET'], secret: 'EASEMOB_CLIENT_SECRET', vendor: 'easemob' },
] as const;

const twoCredentials: Say<Fault> = (say) => say.twoCredentials(KINDS.map(({ names }) => names));

function noCredentials(reader: Reader): Say<Fault> {
  const kinds = KINDS.filter(({ vendor }) => reader.vendor === undefined || vendor === reader.vendor);
  const places = kinds.map(({ secret }) => [secret, whereOf(secret, reader) ?? ''] as const);
  return (say) =>
    say.noCredentials(
      kinds.map(({ names }) => names),
      places,
    );
}

const CREDENTIAL = /^(AGORA_CHAT_APP_TOKEN|AGORA_APP_CERTIFICATE|EASEMOB_CLIENT_(ID|SECRET))(_FILE)?$/;

/** Exactly one kind of credentials: with two, nobody could tell which one a call uses. */
function readCredentials(
  values: SettingValues,
  given: Given,
  problems: Problem[],
  reader: Reader,
): Credentials | undefined {
  const before = problems.length;
  const token = secretSource('AGORA_CHAT_APP_TOKEN', given, problems);
  const certificate = secretSource('AGORA_APP_CERTIFICATE', given, problems);
  const clientSecret = secretSource('EASEMOB_CLIENT_SECRET', given, problems);
  const { AGORA_APP_ID: appId, EASEMOB_CLIENT_ID: clientId } = values;
  if (problems.length > before) return undefined;

  // Set, but wrong: that is the true cause, and not that nothing is set.
  if (before > 0 && problems.some(({ setting }) => CREDENTIAL.test(setting))) return undefined;
  const kinds = [token, certificate, clientId ?? clientSecret].filter((kind) => kind !== undefined);
  if (kinds.length !== 1) {
    const say = kinds.length === 0 ? noCredentials(reader) : twoCredentials;
    problems.push({ setting: 'AGORA_CHAT_APP_TOKEN', say, general: true });
    return undefined;
  }
  if (token) return { kind: 'fixed', token };
  if (certificate) {
    if (appId !== undefined && given.get('AGORA_APP_CERTIFICATE') === appId) {
      return report(problems, 'AGORA_APP_CERTIFICATE', (say) => say.appIdAgain);
    }
    if (appId !== undefined) return { kind: 'built', appId, certificate };
    return missing(problems, 'AGORA_APP_ID');
  }
  if (clientId !== undefined && clientSecret) return { kind: 'exchanged', clientId, clientSecret };
  return missing(problems, clientId === undefined ? 'EASEMOB_CLIENT_ID' : 'EASEMOB_CLIENT_SECRET');
}
