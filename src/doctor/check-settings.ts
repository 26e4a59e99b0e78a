import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { inQuotes, visible } from '../base/escape.ts';
import { withHome } from '../base/with-home.ts';
import type { CredentialSource } from '../settings/app-target.ts';
import { type Config, type Environment, ourSettings } from '../settings/read-config.ts';
import { credentialsOf, readSecret, SecretFileError } from '../settings/read-secret.ts';
import { documented } from '../settings/schema.ts';
import { isOfApp, isSecret, isStray, nearestSetting } from '../settings/setting-names.ts';
import { type Check, fail, failSetting, ok, skipped, warn } from './check-result.ts';

/**
 * Each setting that is set, with its value (of a secret: a fingerprint) and its source; those that are missing, wrong or
 * misspelt; and the defaults of the others.
 */
export async function checkSettings(
  environment: Environment,
  sources: ReadonlyMap<string, string>,
  config: Config,
): Promise<readonly Check[]> {
  const { target } = config;
  const problems = target.kind === 'unusable' ? target.problems : [];
  const given = new Map(ourSettings(environment));
  const order = [...documented.flatMap(({ name }) => [name, `${name}_FILE`]), ...given.keys()];
  const names = [...new Set([...order, ...problems.map(({ setting }) => setting)])];
  const checks: Check[] = [];
  for (const name of names) {
    const wrong = problems.filter(({ setting }) => setting === name);
    const value = given.get(name);
    const defaultValue = documented.find((setting) => setting.name === name)?.default;
    if (wrong.length > 0) checks.push(...wrong.map(failSetting));
    else if (value !== undefined)
      checks.push(await checkSetting(name, value, sources.get(name) ?? 'environment', config));
    else if (defaultValue !== undefined) checks.push(ok(name, `${defaultValue} (default)`));
  }
  return [...checks, ...strayNames(environment)];
}

/** Names that look like settings but are not ours. They may belong to another program, so this is only a warning. */
const strayNames = (environment: Environment): Check[] =>
  Object.keys(environment).flatMap((name) => {
    const nearest = isStray(name) ? nearestSetting(name) : undefined;
    const shown = visible(name, 60);
    return nearest === undefined
      ? []
      : [
          warn(
            shown,
            'is not a setting of this server and is ignored',
            `If it was meant for this server, rename it to ${nearest}.`,
          ),
        ];
  });

async function checkSetting(name: string, value: string, source: string, config: Config): Promise<Check> {
  const { target } = config;
  if (target.kind === 'sandbox' && isOfApp(name)) {
    return skipped(name, 'ignored, because AGORA_THREADS_SANDBOX is set');
  }
  if (isSecret(name)) return ok(name, `${fingerprint(value)} (${source})`);
  const read = name.endsWith('_FILE') ? readerOf(name, config) : undefined;
  return read ? checkFile(name, value, read) : ok(name, `${visible(value, 300)} (${source})`);
}

/** Tells two secrets apart, and shows a truncated paste, without revealing any part of a secret. */
const fingerprint = (value: string): string =>
  `sha256 ${createHash('sha256').update(value).digest('hex').slice(0, 8)}…, ${value.length} characters`;

/** The permission that lets everyone on this machine read a file. */
const WORLD_READABLE = 0o004;

async function checkFile(name: string, path: string, read: () => Promise<string>): Promise<Check> {
  const shown = inQuotes(visible(path, 300));
  try {
    const found = `${fingerprint(await read())} (file ${shown})`;
    // Windows has no such bits.
    const open = process.platform !== 'win32' && ((await stat(withHome(path))).mode & WORLD_READABLE) !== 0;
    if (!open) return ok(name, found);
    return warn(name, `${found}, which everyone on this machine can read`, `Run: chmod 600 ${shown}`);
  } catch (error) {
    if (!(error instanceof SecretFileError)) throw error;
    const fix = `Write the bare secret into ${shown}, readable only by this user.`;
    return fail(name, error.fault, fix);
  }
}

/** Reads the secret whose file is named by a variable. */
function readerOf(name: string, { target, redisUrl }: Config): (() => Promise<string>) | undefined {
  if (name === 'AGORA_THREADS_REDIS_URL_FILE') return redisUrl && (() => readSecret(redisUrl));
  return target.kind === 'app' ? () => secretOf(target.credentials) : undefined;
}

function secretOf(source: CredentialSource): Promise<string> {
  const credentials = credentialsOf(source);
  switch (credentials.kind) {
    case 'fixed':
      return credentials.token();
    case 'built':
      return credentials.certificate();
    case 'exchanged':
      return credentials.clientSecret();
  }
}
