import { secret } from '../base/redact.ts';
import { withHome } from '../base/with-home.ts';
import type { CredentialSource, SecretSource } from './app-target.ts';
import { en, type Say } from './problem-words-en.ts';
import { passwordOf } from './redis-address.ts';
import { type SecretName, settings } from './schema.ts';

/** Where app tokens come from. Secrets are functions: their files are read at the first call, not at the start. */
export type Credentials =
  | { readonly kind: 'fixed'; readonly token: () => Promise<string> }
  | { readonly kind: 'built'; readonly appId: string; readonly certificate: () => Promise<string> }
  | { readonly kind: 'exchanged'; readonly clientId: string; readonly clientSecret: () => Promise<string> };

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

export function credentialsOf(source: CredentialSource): Credentials {
  switch (source.kind) {
    case 'fixed':
      return { kind: 'fixed', token: () => readSecret(source.token) };
    case 'built':
      return { kind: 'built', appId: source.appId, certificate: () => readSecret(source.certificate) };
    case 'exchanged':
      return { kind: 'exchanged', clientId: source.clientId, clientSecret: () => readSecret(source.clientSecret) };
  }
}

/** A shell takes quotes away; JSON files of hosts, `docker --env-file` and files of secrets do not. */
export const isQuoted = (text: string): boolean => /^(["']).*\1$/s.test(text);

/** Registers a secret; of a URL the password, since errors name its host. */
export function registered(name: SecretName, value: string): string {
  if (name !== 'AGORA_THREADS_REDIS_URL' || !URL.canParse(value)) return secret(value);
  secret(passwordOf(new URL(value)) ?? value);
  return value;
}

/** @throws SecretFileError where its file cannot be used */
export async function readSecret(source: SecretSource): Promise<string> {
  if ('value' in source) return source.value;
  const { name } = source;
  const file = withHome(source.file);
  const { readFile, stat } = await import('node:fs/promises');
  const found = await stat(file).catch(() => undefined);
  // Reading a pipe would wait for its writer, and keep the process from ending.
  if (found && !found.isFile()) throw new SecretFileError(name, (say) => say.file.notRegular);
  const bytes = await readFile(file).catch((error: NodeJS.ErrnoException) => {
    throw new SecretFileError(name, (say) => say.file.unreadable(error.code ?? 'unknown'));
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
