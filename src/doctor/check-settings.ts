import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { quoted, visible } from '../base/escape.ts';
import { withHome } from '../base/with-home.ts';
import { type Config, type Environment, ourSettings, type Target } from '../settings/read-config.ts';
import { readSecretFile, SecretFileError } from '../settings/read-secret.ts';
import { documented, type SecretName } from '../settings/schema.ts';
import { isOfApp, isSecret, isStray, nearestSetting } from '../settings/setting-names.ts';
import { type Check, fail, failSetting, ok, skipped, variableName, warn } from './check-result.ts';
import type { DoctorWords, Say } from './words-en.ts';

/** Where a variable comes from. */
export type Source = keyof DoctorWords['settings']['sources'];
/** Of each variable that does not come from the environment. */
export type Sources = ReadonlyMap<string, Source>;

/**
 * Each setting that is set, with its value (of a secret: a fingerprint) and its source; those that are missing, wrong or
 * misspelt; and the defaults of the others.
 */
export async function checkSettings(
  environment: Environment,
  sources: Sources,
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
    } else if (defaultValue !== undefined) {
      checks.push(ok(name, (say) => say.settings.value(defaultValue, say.settings.default)));
    }
  }
  return [...checks, ...Object.keys(environment).flatMap(strayName)];
}

/** A name that looks like a setting but is not ours. It may belong to another program, so this is only a warning. */
function strayName(name: string): Check[] {
  const nearest = isStray(name) ? nearestSetting(name) : undefined;
  if (nearest === undefined) return [];
  return [
    warn(
      variableName(name),
      (say) => say.settings.notOurs,
      (say) => say.settings.rename(nearest),
    ),
  ];
}

async function checkSetting(name: string, value: string, source: Source, target: Target): Promise<Check> {
  if (target.kind === 'sandbox' && isOfApp(name)) return skipped(variableName(name), (say) => say.settings.ignored);
  const ofSecret = name.replace(/_FILE$/, '');
  if (name !== ofSecret && isSecret(ofSecret)) return checkFile(ofSecret, value);
  const shown: Say = isSecret(name)
    ? fingerprint(value)
    : // In place of its path somebody may have written a secret.
      (say) => (name !== ofSecret && !existsSync(value) ? say.settings.missingFile : visible(value, 300));
  return ok(name, (say) => say.settings.value(shown(say), say.settings.sources[source]));
}

/** Tells two secrets apart, and shows a truncated paste, without revealing any part of a secret. */
function fingerprint(value: string): Say {
  const hash = createHash('sha256').update(value).digest('hex').slice(0, 8);
  return (say) => say.settings.fingerprint(hash, value.length);
}

/** The permission that lets everyone on this machine read a file. */
const WORLD_READABLE = 0o004;

async function checkFile(secret: SecretName, path: string): Promise<Check> {
  const name = `${secret}_FILE`;
  try {
    const value = fingerprint(await readSecretFile(secret, path));
    const shown = quoted(path, 300);
    const found: Say = (say) => say.settings.value(value(say), say.settings.file(shown));
    // Windows has no such bits.
    const open = process.platform !== 'win32' && ((await stat(withHome(path))).mode & WORLD_READABLE) !== 0;
    if (!open) return ok(name, found);
    return warn(
      name,
      (say) => say.settings.readable(found(say)),
      (say) => say.settings.chmod(shown),
    );
  } catch (error) {
    if (!(error instanceof SecretFileError)) throw error;
    return fail(
      name,
      (say) => error.fault(say.problems),
      (say) => say.settings.bareSecret,
    );
  }
}
