import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { quoted, visible } from '../base/escape.ts';
import { withHome } from '../base/with-home.ts';
import { en } from '../settings/problem-words-en.ts';
import { type Config, type Environment, ourSettings, type Target } from '../settings/read-config.ts';
import { readSecretFile, SecretFileError } from '../settings/read-secret.ts';
import { documented, type SecretName } from '../settings/schema.ts';
import { isOfApp, isSecret, isStray, nearestSetting } from '../settings/setting-names.ts';
import { type Check, fail, failSetting, ok, skipped, variableName, warn } from './check-result.ts';

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
  const order = documented.flatMap(({ name }) => [name, `${name}_FILE`]);
  const checks: Check[] = [];
  for (const name of new Set([...order, ...given.keys(), ...problems.map(({ setting }) => setting)])) {
    const wrong = problems.filter(({ setting }) => setting === name);
    const value = given.get(name);
    const defaultValue = documented.find((setting) => setting.name === name)?.default;
    if (wrong.length > 0) checks.push(...wrong.map(failSetting));
    else if (value !== undefined) {
      checks.push(await checkSetting(name, value, sources.get(name) ?? 'environment', target));
    } else if (defaultValue !== undefined) checks.push(ok(name, `${defaultValue} (default)`));
  }
  return [...checks, ...Object.keys(environment).flatMap(strayName)];
}

/** A name that looks like a setting but is not ours. It may belong to another program, so this is only a warning. */
function strayName(name: string): Check[] {
  const nearest = isStray(name) ? nearestSetting(name) : undefined;
  if (nearest === undefined) return [];
  const fix = `If it was meant for this server, rename it to ${nearest}.`;
  return [warn(variableName(name), 'is not a setting of this server and is ignored', fix)];
}

async function checkSetting(name: string, value: string, source: string, target: Target): Promise<Check> {
  if (target.kind === 'sandbox' && isOfApp(name)) {
    return skipped(variableName(name), 'ignored, because AGORA_THREADS_SANDBOX is set');
  }
  if (isSecret(name)) return ok(name, `${fingerprint(value)} (${source})`);
  const ofSecret = name.replace(/_FILE$/, '');
  if (isSecret(ofSecret)) return checkFile(ofSecret, value);
  // In place of its path somebody may have written a secret.
  const shown = ofSecret !== name && !existsSync(value) ? 'a file that is not there' : visible(value, 300);
  return ok(name, `${shown} (${source})`);
}

/** Tells two secrets apart, and shows a truncated paste, without revealing any part of a secret. */
const fingerprint = (value: string): string =>
  `sha256 ${createHash('sha256').update(value).digest('hex').slice(0, 8)}…, ${value.length} characters`;

/** The permission that lets everyone on this machine read a file. */
const WORLD_READABLE = 0o004;

async function checkFile(secret: SecretName, path: string): Promise<Check> {
  const name = `${secret}_FILE`;
  try {
    const value = await readSecretFile(secret, path);
    const shown = quoted(path, 300);
    const found = `${fingerprint(value)} (file ${shown})`;
    // Windows has no such bits.
    const open = process.platform !== 'win32' && ((await stat(withHome(path))).mode & WORLD_READABLE) !== 0;
    if (!open) return ok(name, found);
    return warn(name, `${found}, which everyone on this machine can read`, `Run: chmod 600 ${shown}`);
  } catch (error) {
    if (!(error instanceof SecretFileError)) throw error;
    return fail(name, error.fault(en), 'Write the bare secret into that file, readable only by this user.');
  }
}
