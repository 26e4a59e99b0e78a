import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { basename, dirname, isAbsolute, resolve, sep } from 'node:path';
import type { Environment } from '../settings/read-config.ts';

/**
 * Which variables an assistant fills in: `${NAME}` and `${NAME:-default}`; `$NAME` and `${NAME}`; `${env:NAME}` and
 * folders of an editor; `{env:NAME}` and `{file:PATH}`.
 */
export type VariableSyntax = 'braces' | 'dollar' | 'editor' | 'opencode';

/** What was filled in, and what was not. Names are as the file has them, not yet escaped, and without a default. */
export interface Filled {
  readonly used: Set<string>;
  readonly missing: Set<string>;
}

interface Place {
  /** The environment of this shell, which stands for that of the assistant. */
  readonly environment: Environment;
  /** The full path of the configuration. */
  readonly path: string;
}

/** The value of a variable of the file; undefined where it has none here. */
type Lookup = (name: string, place: Place) => string | undefined | Promise<string | undefined>;

const fromEnvironment: Lookup = (name, { environment }) => environment[name];

const PATTERNS: Readonly<Record<VariableSyntax, { pattern: RegExp; lookup: Lookup }>> = {
  braces: {
    pattern: /\$\{([^}]+)\}/g,
    lookup(body, { environment }) {
      const [name = '', ...rest] = body.split(':-');
      return environment[name] ?? (rest.length > 0 ? rest.join(':-') : undefined);
    },
  },
  dollar: { pattern: /\$(?:(\w+)|\{([^}]+)\})/g, lookup: fromEnvironment },
  editor: { pattern: /\$\{([^}]+)\}/g, lookup: ofEditor },
  opencode: { pattern: /\{((?:env|file):[^}]+)\}/g, lookup: ofOpencode },
};

/** `${input:ID}` is asked of a person, and has no value here. */
function ofEditor(name: string, { environment, path }: Place): string | undefined {
  if (name.startsWith('env:')) return environment[name.slice('env:'.length)];
  // The file of a project is in a folder of the editor's in the project: .vscode, .cursor.
  const folder = basename(dirname(path)).startsWith('.') ? dirname(dirname(path)) : undefined;
  switch (name) {
    case 'userHome':
      return homedir();
    case 'workspaceFolder':
      return folder;
    case 'workspaceFolderBasename':
      return folder === undefined ? undefined : basename(folder);
    case 'pathSeparator':
    case '/':
      return sep;
    default:
      return undefined;
  }
}

async function ofOpencode(name: string, { environment, path }: Place): Promise<string | undefined> {
  if (name.startsWith('env:')) return environment[name.slice('env:'.length)];
  const file = name.slice('file:'.length).replace(/^~(?=\/)/, homedir());
  const text = await readFile(isAbsolute(file) ? file : resolve(dirname(path), file), 'utf8').catch(() => undefined);
  return text?.trim();
}

/** Fills in the variables of one text. */
export async function fillIn(
  text: string,
  { variables: syntax, unsetIsEmpty }: { variables: VariableSyntax | undefined; unsetIsEmpty: boolean },
  place: Place,
  filled: Filled,
): Promise<string> {
  if (syntax === undefined) return text;
  const { pattern, lookup } = PATTERNS[syntax];
  let result = '';
  let end = 0;
  for (const match of text.matchAll(pattern)) {
    const name = match[1] ?? match[2] ?? '';
    const value = await lookup(name, place);
    // A default may be a secret.
    (value === undefined ? filled.missing : filled.used).add(match[0].replace(/:-.*(?=\})/s, ''));
    const unset = unsetIsEmpty && name.startsWith('env:') ? '' : match[0];
    result += text.slice(end, match.index) + (value ?? unset);
    end = match.index + match[0].length;
  }
  return result + text.slice(end);
}
