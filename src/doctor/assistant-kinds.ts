import { braces, dollar, editor, opencode, type VariableSyntax } from './assistant-variables.ts';
import type { DoctorWords } from './words-en.ts';

/** How an assistant writes its configuration down, and what it does with it. */
export interface AssistantKind {
  /** Undefined where the name of the file does not tell whose it is: nothing is filled in. */
  readonly name?: string;
  /** What ends the full path of its file, with `/` between folders; without it the keys tell. */
  readonly file?: RegExp;
  /** The way to the servers in the document. */
  readonly keys: readonly string[];
  /** Variables that it fills in. */
  readonly variables?: VariableSyntax;
  /** Is a variable that is not set an empty text? Else it stays as it is written. */
  readonly unsetIsEmpty?: true;
  /** Does it read numbers in `env`, and null to unset a variable? Others take texts and nothing else. */
  readonly numbers?: true;
  /** Are comments in its file known to be read over? */
  readonly comments?: true;
  /** Can `envFile` name a file of variables? */
  readonly envFile?: true;
  /** The folder of its policies, which can keep its own question for a tool; below the user's home. */
  readonly policies?: string;
}

const vscode = {
  name: 'VS Code',
  variables: editor,
  unsetIsEmpty: true,
  numbers: true,
  comments: true,
  envFile: true,
} as const;
const servers = ['mcpServers'];

/**
 * From the documentation of each, and from the source of VS Code (extHostMcpNode.ts, variableResolver.ts), Gemini CLI and Qwen Code
 * (envVarResolver.ts) and opencode (config/variable.ts). The first that fits counts.
 */
const KINDS: readonly AssistantKind[] = [
  { name: 'Claude Code', file: /(^|\/)\.(mcp|claude)\.json$/, keys: servers, variables: braces },
  { name: 'Claude Desktop', file: /(^|\/)claude_desktop_config\.json$/, keys: servers },
  { name: 'Cursor', file: /(^|\/)\.cursor\/mcp\.json$/, keys: servers, variables: editor, envFile: true },
  {
    name: 'Gemini CLI',
    file: /(^|\/)\.gemini\/settings\.json$/,
    keys: servers,
    variables: dollar,
    comments: true,
    policies: '.gemini/policies',
  },
  { name: 'Qwen Code', file: /(^|\/)\.qwen\/settings\.json$/, keys: servers, variables: dollar, comments: true },
  { name: 'Copilot CLI', file: /(^|\/)mcp-config\.json$/, keys: servers, variables: braces },
  { keys: servers },
  { ...vscode, keys: ['servers'] },
  // Before it had a file of its own for servers.
  { ...vscode, file: /(^|\/)settings\.json$/, keys: ['mcp', 'servers'] },
  { name: 'opencode', keys: ['mcp'], variables: opencode, unsetIsEmpty: true, comments: true },
];

/**
 * Whose configuration it is.
 *
 * @param path full
 * @param has is there an object at the end of these keys of the document?
 * @returns undefined where no key of servers is there
 */
export function assistantOf(path: string, has: (keys: readonly string[]) => boolean): AssistantKind | undefined {
  const slashed = path.replaceAll('\\', '/');
  return KINDS.find(({ file, keys }) => (file?.test(slashed) ?? true) && has(keys));
}

/** In a sentence. */
export const assistantName = ({ name }: AssistantKind, say: DoctorWords): string =>
  name ?? say.configuration.unknownAssistant;
