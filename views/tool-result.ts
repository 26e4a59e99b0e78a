import { type Fields, fieldsOf, listOf, textOf } from './read-json.ts';

/** What a tool of the server gave back, as far as the page looks at it. */
export interface ToolResult {
  readonly error: boolean;
  /** Of a question, where `answer_confirmation` gave the result; else empty. */
  readonly state: string;
  readonly text: string;
  readonly content: readonly unknown[];
  readonly structure: Fields;
  /** What the server says to the page only. Empty where the host keeps it from us. */
  readonly view: Fields;
}

export function readResult({ content, structuredContent, isError, _meta }: Fields): ToolResult {
  const blocks = listOf(content);
  const text = blocks.map((block) => textOf(fieldsOf(block)['text'])).join('\n');
  const structure = fieldsOf(structuredContent);
  return {
    error: isError === true,
    // Some hosts hand on no structure of an error, so the code in its text counts too.
    state: textOf(structure['state']) || (/^Error \[(closed|unknown)\]/.exec(text)?.[1] ?? ''),
    text,
    content: blocks,
    structure,
    view: fieldsOf(fieldsOf(_meta)['agora-threads/view']),
  };
}

/** What the server says in English, in the language of the page where it sent that too. */
export const inWords = ({ view }: ToolResult, tag: string, english: string): string =>
  textOf(fieldsOf(view[tag])[english]) || english;

/** Each summary of a sandbox begins with this mark. */
export const sandboxMark = ({ summary }: Fields): string => /^\[sandbox\] /.exec(textOf(summary))?.[0] ?? '';

/** What is known of a thread; empty strings for what is not. */
export interface Thread {
  readonly id: string;
  readonly name: string;
  /** Its name, or its id where the name is unknown. */
  readonly group: string;
  readonly owner: string;
  /** An ISO day or time in UTC. */
  readonly created: string;
  /** `12`, or `50 or more`. */
  readonly members: string;
}

/** @param groups names of groups by their ids */
export function threadOf(fields: Fields, groups: Fields = {}): Thread {
  const groupId = textOf(fields['group_id']);
  return {
    id: textOf(fields['id']) || textOf(fields['thread_id']),
    name: textOf(fields['name']),
    group: textOf(fields['group']) || textOf(groups[groupId]) || groupId,
    owner: textOf(fields['owner']),
    created: textOf(fields['created_at']) || textOf(fields['created']),
    members: textOf(fields['member_count']),
  };
}

/** One page of a list of threads. */
export interface ThreadPage {
  readonly threads: readonly Thread[];
  readonly cursor: string | undefined;
  /** How many threads could not be read, so that nobody knows whether they belong here. */
  readonly unresolved: number;
}

export function readPage({ structure, view }: ToolResult): ThreadPage {
  const { threads, shared, next_cursor, unresolved } = structure;
  const groups = fieldsOf(view['groups']);
  return {
    threads: listOf(threads).map((row) => threadOf({ ...fieldsOf(shared), ...fieldsOf(row) }, groups)),
    cursor: textOf(next_cursor) || undefined,
    unresolved: typeof unresolved === 'number' ? unresolved : 0,
  };
}
