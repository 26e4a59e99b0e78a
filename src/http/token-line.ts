import { createHash, randomBytes } from 'node:crypto';
import type { SayFault } from './token-words.ts';

/** What a token allows; none includes another. */
export const SCOPES = ['read', 'write', 'delete'] as const;
export type Scope = (typeof SCOPES)[number];

/** Who a token belongs to, and what it allows. */
export interface Grant {
  /** The name in the file. A person may have several tokens, each with scopes of its own. */
  readonly subject: string;
  readonly scopes: ReadonlySet<Scope>;
}

/** Grants by the SHA-256 of their token, in lower-case hex. */
export type Tokens = ReadonlyMap<string, Grant>;

/** A line that does not count, by its number from 1. Its text may hold a token, so nothing of it is kept. */
export interface WrongLine {
  readonly line: number;
  readonly why: SayFault;
}

/** Names go into logs, metrics and the audit log: letters and digits of any script, and . _ @ + - between them. */
const NAME = /^[\p{L}\p{N}_][\p{L}\p{M}\p{N}._@+-]{0,63}$/u;
const HASH = /^sha256:[0-9a-f]{64}$/i;

export const isName = (text: string): boolean => NAME.test(text);

/** Scopes separated by commas; undefined where one of them is unknown or there are none. */
export function parseScopes(text: string): ReadonlySet<Scope> | undefined {
  const words = text.split(',');
  const scopes = SCOPES.filter((scope) => words.includes(scope));
  return words.every((word) => scopes.some((scope) => scope === word)) ? new Set(scopes) : undefined;
}

export const hashOf = (token: string): string => createHash('sha256').update(token).digest('hex');

/** 256 random bits, with a head by which scanners for leaked secrets can tell it. */
export const newToken = (): string => `att_${randomBytes(32).toString('base64url')}`;

/** The line of the file that lets a token in. */
export const tokenLine = ({ subject, scopes }: Grant, token: string): string =>
  `${subject} ${SCOPES.filter((scope) => scopes.has(scope)).join(',')} sha256:${hashOf(token)}`;

/**
 * Reads lines of the form `NAME SCOPES sha256:HEX`. Empty lines and those that begin with `#` say nothing; any other
 * line is wrong and does not count, but does not keep the rest from counting.
 */
export function parseTokens(text: string): { readonly tokens: Tokens; readonly wrong: readonly WrongLine[] } {
  const tokens = new Map<string, Grant>();
  const wrong: WrongLine[] = [];
  for (const [at, raw] of text
    .replace(/^\ufeff/, '')
    .split(/\r?\n/)
    .entries()) {
    const fields = raw.split(/[ \t]+/).filter((field) => field !== '');
    const [subject = '', words = '', hash = ''] = fields;
    if (subject === '' || subject.startsWith('#')) continue;
    const scopes = parseScopes(words);
    const key = hash.slice('sha256:'.length).toLowerCase();
    const why = fault();
    if (why !== undefined) wrong.push({ line: at + 1, why });
    else if (scopes) tokens.set(key, { subject, scopes });

    function fault(): SayFault | undefined {
      if (fields.length !== 3) return (say) => say.fields;
      if (!isName(subject)) return (say) => say.name;
      if (!scopes) return (say) => say.scopes(SCOPES);
      if (!HASH.test(hash)) return (say) => say.hash;
      return tokens.has(key) ? (say) => say.repeated : undefined;
    }
  }
  return { tokens, wrong };
}
