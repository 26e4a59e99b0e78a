/** One turn of a conversation, whichever vendor's protocol carried it. */
export interface Turn {
  readonly role: 'user' | 'assistant' | 'call' | 'result';
  /** What was said; the tool's name for a call. */
  readonly text: string;
  /** A call's arguments as JSON. */
  readonly args?: string;
}

export interface OfferedTool {
  readonly name: string;
  /** Codex groups the tools of a server. */
  readonly namespace?: string | undefined;
}

/** What a host sent to its model. */
export interface Heard {
  readonly turns: readonly Turn[];
  readonly tools: readonly OfferedTool[];
}

export type Reply =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'call'; readonly tool: OfferedTool; readonly args: unknown };

export interface Answer {
  readonly type: 'application/json' | 'text/event-stream';
  readonly body: string;
}

/** One vendor's protocol, as far as the hosts use it. */
export interface Vendor {
  readonly path: RegExp;
  hear(body: unknown): Heard;
  say(reply: Reply, asked: { readonly url: string; readonly body: unknown }): Answer;
}

export const asJson = (value: unknown): Answer => ({ type: 'application/json', body: JSON.stringify(value) });

/** @param events each with the name of its event, where the vendor names them */
export const asEvents = (
  events: readonly (readonly [name: string | undefined, data: unknown])[],
  end = '',
): Answer => ({
  type: 'text/event-stream',
  body: `${events.map(([name, data]) => `${name === undefined ? '' : `event: ${name}\n`}data: ${JSON.stringify(data)}\n\n`).join('')}${end}`,
});

let last = 0;
export const newId = (prefix: string): string => `${prefix}_${process.pid}_${++last}`;

/** The text of a content that is a string or a list of parts. */
export const textOf = (
  content: string | readonly { readonly text?: string | undefined }[] | null | undefined,
): string => (typeof content === 'string' ? content : (content ?? []).map(({ text }) => text ?? '').join('\n'));
