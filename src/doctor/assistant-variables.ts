import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, dirname, resolve, sep } from 'node:path';
import type { Environment } from '../settings/read-config.ts';

/** Where a configuration is read. */
export interface Place {
  /** The environment of this shell, which stands for that of the assistant. */
  readonly environment: Environment;
  /** The full path of the configuration. */
  readonly path: string;
}

/** Which variables an assistant fills in. */
export interface VariableSyntax {
  /** The first group that matches is the name. */
  readonly pattern: RegExp;
  /** The value of a variable; undefined where it has none here. */
  readonly valueOf: (name: string, place: Place) => string | undefined;
}

/** `${NAME}` and `${NAME:-default}`. */
export const braces: VariableSyntax = {
  pattern: /\$\{([^}]+)\}/g,
  valueOf(body, { environment }) {
    const [name = '', ...rest] = body.split(':-');
    return environment[name] ?? (rest.length > 0 ? rest.join(':-') : undefined);
  },
};

/** `$NAME` and `${NAME}`. */
export const dollar: VariableSyntax = {
  pattern: /\$(?:(\w+)|\{([^}]+)\})/g,
  valueOf: (name, { environment }) => environment[name],
};

/** `${env:NAME}` and folders of an editor. `${input:ID}` is asked of a person, and has no value here. */
export const editor: VariableSyntax = {
  pattern: /\$\{([^}]+)\}/g,
  valueOf(name, { environment, path }) {
    if (name.startsWith('env:')) return environment[name.slice('env:'.length)];
    // The file of a project is in a folder of the editor's in the project: .vscode, .cursor.
    const folder = basename(dirname(path)).startsWith('.') ? dirname(dirname(path)) : undefined;
    const values: Readonly<Record<string, string | undefined>> = {
      userHome: homedir(),
      workspaceFolder: folder,
      workspaceFolderBasename: folder && basename(folder),
      pathSeparator: sep,
      '/': sep,
    };
    return values[name];
  },
};

/** `{env:NAME}` and `{file:PATH}`. */
export const opencode: VariableSyntax = {
  pattern: /\{((?:env|file):[^}]+)\}/g,
  valueOf(name, { environment, path }) {
    if (name.startsWith('env:')) return environment[name.slice('env:'.length)];
    const file = name.slice('file:'.length).replace(/^~(?=\/)/, homedir());
    return readText(resolve(dirname(path), file))?.trim();
  },
};

/** The text of a file; undefined where it cannot be read. */
export function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

/** Fills in the variables of one text. `onVariable` hears of each whether it has a value here. */
export function fillIn(
  text: string,
  { variables, unsetIsEmpty }: { variables?: VariableSyntax; unsetIsEmpty?: true },
  place: Place,
  onVariable: (name: string, hasValue: boolean) => void,
): string {
  if (variables === undefined) return text;
  return text.replace(variables.pattern, (written: string, ...groups: readonly unknown[]) => {
    const name = String(groups[0] ?? groups[1]);
    const value = variables.valueOf(name, place);
    onVariable(name, value !== undefined);
    return value ?? (unsetIsEmpty && name.startsWith('env:') ? '' : written);
  });
}
