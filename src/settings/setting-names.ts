import { closest } from '../base/did-you-mean.ts';
import { documented, type SecretName, type SettingName } from './schema.ts';
import { type Reader, whereFor } from './where-found.ts';

/** A variable of the environment: a setting, or the file of a secret. */
export type VariableName = SettingName | `${SecretName}_FILE`;

/** Is its value never shown? */
export const isSecret = (name: string): name is SecretName =>
  documented.some((setting) => setting.name === name && setting.secret);

/** The file of a secret in place of the secret itself; any other setting by its own name. */
export const fileVariable = (name: SettingName): VariableName => (isSecret(name) ? `${name}_FILE` : name);

const NAMES = documented.map(({ name }) => name);
const VARIABLES: readonly VariableName[] = [...new Set([...NAMES, ...NAMES.map(fileVariable)])];

/** Is it a setting of this server, or the file of one? */
export const isKnown = (name: string): name is VariableName => VARIABLES.some((known) => known === name);

/** Where a person finds the value of a setting. */
export function whereOf(name: string, reader: Reader): string | undefined {
  const where = documented.find((setting) => setting.name === name)?.where;
  return where && whereFor(where, reader);
}

/** Our prefixes, common slips included, then what else begins like one of them; last the rest of the name. */
const PREFIX =
  /^(?:(?<server>AGORA_THREADS?_)|(?<app>AGORA_CHAT_|AGORA_(?=APP_)|EASEMOB_)|AGORA_?|EASEMOB)(?<rest>.*)/is;

/** Does the name mean a setting of this server, known or misspelt? */
export function isOurs(name: string): boolean {
  const { server, app } = PREFIX.exec(name)?.groups ?? {};
  return (server ?? app) !== undefined;
}

/** They are about the app, or were once, and do not say which one is meant. */
const SAY_NO_APP = new Set(['AGORA_CHAT_ALLOW_HTTP', 'AGORA_CHAT_UNDOCUMENTED']);

/** Does the setting, known or misspelt, say which app is meant? Then it is not the sandbox. */
export const isOfApp = (name: string): boolean =>
  PREFIX.exec(name)?.groups?.['app'] !== undefined && !SAY_NO_APP.has(name.toUpperCase());

/** Not ours, but named like a setting: it may be a slip, or belong to another program. */
export const isStray = (name: string): boolean => PREFIX.test(name) && !isOurs(name);

export const withoutPrefix = (name: string): string => PREFIX.exec(name)?.groups?.['rest'] ?? name;

/** People know that it is the APP_KEY, and guess whose. */
const bare = (name: string): string => withoutPrefix(name).replaceAll('_', '');

/** The setting that a name was most likely meant to be; undefined where none is near. */
export function nearestSetting(name: string): VariableName | undefined {
  const upper = name.toUpperCase();
  return VARIABLES.find((known) => bare(known) === bare(upper)) ?? closest(upper, VARIABLES);
}
