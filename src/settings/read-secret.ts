import { secret } from '../base/redact.ts';
import { systemCode } from '../base/system-code.ts';
import { withHome } from '../base/with-home.ts';
import type { Problem } from './problem.ts';
import { en, type Say } from './problem-words-en.ts';
import { passwordOf } from './redis-address.ts';
import { type SecretName, settings } from './schema.ts';
import type { VariableName } from './setting-names.ts';

/** A secret of the settings. One that is in a file is read at the first call and not before. */
export interface SecretSource {
  /** Undefined where it is in a file. */
  readonly value?: string;
  /** @throws SecretFileError where its file cannot be used */
  readonly read: () => Promise<string>;
}

export const givenSecret = (value: string): SecretSource => ({ value, read: async () => value });

/** A secret by value or by file. Both at once is an error, since nobody could tell which one is meant. */
export function secretSource(
  name: SecretName,
  given: ReadonlyMap<VariableName, string>,
  problems: Problem[],
): SecretSource | undefined {
  const value = given.get(name);
  const file = given.get(`${name}_FILE`);
  if (value !== undefined && file !== undefined) {
    problems.push({ setting: name, say: (say) => say.bothSet(`${name}_FILE`) });
    return undefined;
  }
  if (value !== undefined) return givenSecret(registered(name, value));
  return file === undefined ? undefined : { read: () => readSecretFile(name, file) };
}

/** The file of a secret cannot be used. This may happen in the middle of a call, when a token is renewed. */
export class SecretFileError extends Error {
  override readonly name = 'SecretFileError';
  /** What is wrong, to be read after the name of the setting. */
  readonly fault: Say;

  constructor(name: SecretName, fault: Say) {
    super(`${name}_FILE: ${fault(en)}`);
    this.fault = fault;
  }
}

/** A shell takes quotes away; JSON files of hosts, `docker --env-file` and files of secrets do not. */
export const isQuoted = (text: string): boolean => /^(["']).*\1$/s.test(text);

/** Registers a secret; of a URL the password, since errors name its host. */
function registered(name: SecretName, value: string): string {
  if (name !== 'AGORA_THREADS_REDIS_URL' || !URL.canParse(value)) return secret(value);
  secret(passwordOf(new URL(value)) ?? value);
  return value;
}

/** @throws SecretFileError where its file cannot be used */
export async function readSecretFile(name: SecretName, path: string): Promise<string> {
  const file = withHome(path);
  const { readFile, stat } = await import('node:fs/promises');
  const found = await stat(file).catch(() => undefined);
  // Reading a pipe would wait for its writer, and keep the process from ending.
  if (found && !found.isFile()) throw new SecretFileError(name, (say) => say.file.notRegular);
  const bytes = await readFile(file).catch((error: unknown) => {
    throw new SecretFileError(name, (say) => say.file.unreadable(systemCode(error) ?? 'unknown'));
  });
  // PowerShell's `>` writes it.
  if (bytes.includes(0)) throw new SecretFileError(name, (say) => say.file.utf16);
  const value = registered(
    name,
    bytes
      .toString('utf8')
      .replace(/^\ufeff/, '')
      .trim(),
  );
  if (isQuoted(value) || !settings.shape[name].safeParse(value).success) {
    throw new SecretFileError(name, (say) => say.file.notBare);
  }
  return value;
}
