import { isLoopback } from '../base/loopback.ts';
import { missing, type Problem, problem } from './problem.ts';
import { registered } from './read-secret.ts';
import type { SecretName, SettingValues } from './schema.ts';
import { type VariableName, whereOf } from './setting-names.ts';
import type { Reader } from './where-found.ts';

/** Where a secret comes from: its text, or a file that is read at the first call and not before. */
export type SecretSource = { readonly value: string } | { readonly file: string; readonly name: SecretName };

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
  readonly credentials: CredentialSource;
}

/** One kind of credentials. Its secrets are not read yet. */
export type CredentialSource =
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

function report(problems: Problem[], found: Problem): undefined {
  problems.push(found);
}

const HOST = 'must be a host such as a41.chat.agora.io, with or without https:// before it, and no path';

function readOrigin(values: SettingValues, problems: Problem[]): string | undefined {
  const text = values.AGORA_CHAT_HOST;
  if (text === undefined) return report(problems, missing('AGORA_CHAT_HOST'));
  const wrong = (fault: string): undefined => report(problems, problem('AGORA_CHAT_HOST', fault));
  const full = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `https://${text}`;
  if (!URL.canParse(full)) return wrong(HOST);
  const url = new URL(full);
  const { protocol, pathname, search, hash, username, password } = url;
  if (!/^https?:$/.test(protocol) || pathname !== '/' || search || hash || username || password) return wrong(HOST);
  if (protocol === 'http:' && !isLoopback(url.hostname) && values.AGORA_CHAT_ALLOW_HTTP !== true) {
    return wrong(
      'is plain http, which would expose the token to everyone on the network path: use https, or set AGORA_CHAT_ALLOW_HTTP=1 for a private deployment',
    );
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
    const fault = `names another app than ${others.join(' and ')}`;
    return report(problems, problem('AGORA_CHAT_APP_KEY', fault, 'unset one or the other.'));
  }
  if (key === undefined && (org === undefined) !== (app === undefined)) {
    return report(problems, missing(org === undefined ? 'AGORA_CHAT_ORG_NAME' : 'AGORA_CHAT_APP_NAME'));
  }
  const name = key ?? (org === undefined ? undefined : `${org}#${app}`);
  if (name !== undefined) return { prefix: name.split('#'), name };
  if (id !== undefined) return { prefix: ['app-id', id], name: id };
  if (problems.some(({ setting }) => setting === 'AGORA_APP_ID')) return undefined; // set, but wrong
  return report(
    problems,
    problem('AGORA_CHAT_APP_KEY', 'is not set, and neither is AGORA_APP_ID: one of them must say which app is meant'),
  );
}

/** The kinds of credentials, with the vendor that has them; an app token comes from a server of one's own. */
const KINDS = [
  { names: 'AGORA_APP_CERTIFICATE with AGORA_APP_ID', where: 'AGORA_APP_CERTIFICATE', vendor: 'agora' },
  { names: 'EASEMOB_CLIENT_ID with EASEMOB_CLIENT_SECRET', where: 'EASEMOB_CLIENT_SECRET', vendor: 'easemob' },
] as const;
const TOKEN = 'AGORA_CHAT_APP_TOKEN (an app token you already have)';

/** `A, B or C`, with the place of each. */
function credentialsFor(reader: Reader): { names: string; places: string } {
  const kinds = KINDS.filter(({ vendor }) => reader.vendor === undefined || vendor === reader.vendor);
  return {
    names: `${kinds.map(({ names }) => names).join(', ')} or ${TOKEN}`,
    places: kinds.map(({ where }) => `${where}: ${whereOf(where, reader)}`).join('; '),
  };
}

const CREDENTIAL = /^(AGORA_CHAT_APP_TOKEN|AGORA_APP_CERTIFICATE|EASEMOB_CLIENT_(ID|SECRET))(_FILE)?$/;

/** Exactly one kind of credentials: with two, nobody could tell which one a call uses. */
function readCredentials(
  values: SettingValues,
  given: Given,
  problems: Problem[],
  reader: Reader,
): CredentialSource | undefined {
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
    const none = kinds.length === 0;
    const all = credentialsFor(none ? reader : { ...reader, vendor: undefined });
    return report(problems, {
      setting: 'AGORA_CHAT_APP_TOKEN',
      message: none ? 'No credentials are set' : 'Two kinds of credentials are set',
      hint: none ? `set ${all.names}. Where to find them: ${all.places}.` : `keep one of ${all.names}.`,
      general: true,
    });
  }
  if (token) return { kind: 'fixed', token };
  if (certificate) {
    if (appId !== undefined && given.get('AGORA_APP_CERTIFICATE') === appId) {
      const hint = 'the certificate is beside it in the console.';
      return report(problems, problem('AGORA_APP_CERTIFICATE', 'is the App ID again', hint));
    }
    if (appId !== undefined) return { kind: 'built', appId, certificate };
    return report(problems, missing('AGORA_APP_ID'));
  }
  if (clientId !== undefined && clientSecret) return { kind: 'exchanged', clientId, clientSecret };
  return report(problems, missing(clientId === undefined ? 'EASEMOB_CLIENT_ID' : 'EASEMOB_CLIENT_SECRET'));
}

/** A secret by value or by file. Both at once is an error, since nobody could tell which one is meant. */
export function secretSource(name: SecretName, given: Given, problems: Problem[]): SecretSource | undefined {
  const value = given.get(name);
  const file = given.get(`${name}_FILE`);
  if (value !== undefined && file !== undefined) {
    return report(problems, problem(name, `and ${name}_FILE are both set`, 'unset one of them.'));
  }
  if (value !== undefined) return { value: registered(name, value) };
  return file === undefined ? undefined : { file, name };
}
