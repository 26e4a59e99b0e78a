import { braces, dollar, editor, opencode, type VariableSyntax } from './assistant-variables.ts';

/** How an assistant writes its configuration down, and what it does with it. */
export interface AssistantKind {
  /** Its name in a sentence. */
  readonly name: string;
  /** What ends the full path of its file, with `/` between folders; undefined where the key alone tells. */
  readonly file: RegExp | undefined;
  /** The key of the servers in the document. */
  readonly key: 'mcpServers' | 'servers' | 'mcp';
  /** Variables that it fills in; undefined for none. */
  readonly variables: VariableSyntax | undefined;
  /** Is a variable that is not set an empty text? Else it stays as it is written. */
  readonly unsetIsEmpty: boolean;
  /** Are comments in its file known to be read over? */
  readonly comments: boolean;
  /** Can `envFile` name a file of variables? */
  readonly envFile: boolean;
}

const plain = {
  key: 'mcpServers',
  variables: undefined,
  unsetIsEmpty: false,
  comments: false,
  envFile: false,
} as const;

/**
 * From the documentation of each, and from the source of VS Code (extHostMcpNode.ts, variableResolver.ts), Gemini CLI and Qwen Code
 * (envVarResolver.ts) and opencode (config/variable.ts).
 */
const KINDS: readonly AssistantKind[] = [
  { ...plain, name: 'Claude Code', file: /(^|\/)\.(mcp|claude)\.json$/, variables: braces },
  { ...plain, name: 'Claude Desktop', file: /(^|\/)claude_desktop_config\.json$/ },
  { ...plain, name: 'Cursor', file: /(^|\/)\.cursor\/mcp\.json$/, variables: editor, envFile: true },
  { ...plain, name: 'Gemini CLI', file: /(^|\/)\.gemini\/settings\.json$/, variables: dollar, comments: true },
  { ...plain, name: 'Qwen Code', file: /(^|\/)\.qwen\/settings\.json$/, variables: dollar, comments: true },
  { ...plain, name: 'Copilot CLI', file: /(^|\/)mcp-config\.json$/, variables: braces },
  {
    ...plain,
    name: 'VS Code',
    file: undefined,
    key: 'servers',
    variables: editor,
    unsetIsEmpty: true,
    comments: true,
    envFile: true,
  },
  {
    ...plain,
    name: 'opencode',
    file: undefined,
    key: 'mcp',
    variables: opencode,
    unsetIsEmpty: true,
    comments: true,
  },
];

/** Where the name of the file does not tell whose it is: nothing is filled in. */
const UNKNOWN: AssistantKind = { ...plain, name: 'the assistant', file: undefined };

/**
 * Whose configuration it is.
 *
 * @param path full
 * @param keys of the document
 * @returns undefined where no key of servers is there
 */
export function assistantOf(path: string, keys: readonly string[]): AssistantKind | undefined {
  const slashed = path.replaceAll('\\', '/');
  const known = KINDS.filter(({ key }) => keys.includes(key));
  const byFile = known.find(({ file }) => file?.test(slashed));
  if (byFile) return byFile;
  if (keys.includes('mcpServers')) return UNKNOWN;
  return known.find(({ file }) => file === undefined);
}

export const isUnknown = (kind: AssistantKind): boolean => kind === UNKNOWN;
