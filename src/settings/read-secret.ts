import { secret } from '../base/redact.ts';
import type { CredentialSource, SecretSource } from './app-target.ts';

/** Where app tokens come from. Secrets are functions, so that a file is read at the first call and not before. */
export type Credentials =
  | { readonly kind: 'fixed'; readonly token: () => Promise<string> }
  | { readonly kind: 'built'; readonly appId: string; readonly certificate: () => Promise<string> }
  | { readonly kind: 'exchanged'; readonly clientId: string; readonly clientSecret: () => Promise<string> };

/** A secret's file cannot be used. It may happen in the middle of a call, when a token is renewed. */
export class SecretFileError extends Error {
  override readonly name = 'SecretFileError';

  constructor(setting: string, fault: string) {
    super(`${setting}: the file it names ${fault}`);
  }
}

/** The same credentials with their secrets as functions: a file is read at the first call, and not before. */
export function credentialsOf(source: CredentialSource): Credentials {
  switch (source.kind) {
    case 'fixed':
      return { kind: 'fixed', token: () => readSecret(source.token, VISIBLE) };
    case 'built':
      return { kind: 'built', appId: source.appId, certificate: () => readSecret(source.certificate, HEX32) };
    case 'exchanged':
      return {
        kind: 'exchanged',
        clientId: source.clientId,
        clientSecret: () => readSecret(source.clientSecret, VISIBLE),
      };
  }
}

const VISIBLE = /^(?!(["']).*\1$)[\x21-\x7e]+$/;
const HEX32 = /^[0-9a-fA-F]{32}$/;

async function readSecret(source: SecretSource, shape: RegExp): Promise<string> {
  if ('value' in source) return source.value;
  const { readFile, stat } = await import('node:fs/promises');
  const found = await stat(source.file).catch(() => undefined);
  // Reading a pipe would wait for its writer, and keep the process from ending.
  if (found && !found.isFile()) throw new SecretFileError(source.setting, 'is not a regular file');
  const text = await readFile(source.file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new SecretFileError(source.setting, `cannot be read (${error.code ?? 'unknown reason'})`);
  });
  const value = secret(text.trim());
  if (!shape.test(value))
    throw new SecretFileError(source.setting, 'must hold the bare secret on one line, and nothing else');
  return value;
}
