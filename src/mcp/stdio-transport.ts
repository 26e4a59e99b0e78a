import type { Readable, Writable } from 'node:stream';
import type { Clock } from '../base/clock.ts';

/** What a JSON-RPC transport is, as far as it is used here; the MCP SDK's own type is wider. */
interface LineTransport<Message> {
  start(): Promise<void>;
  send(message: Message): Promise<void>;
  close(): Promise<void>;
  onmessage?: (message: Message) => void;
  onerror?: (error: Error) => void;
  onclose?: () => void;
}

/** A request has an id and a method, its answer an id alone. */
const isRequest = (message: object): boolean => 'id' in message && 'method' in message;
const isAnswer = (message: object): boolean => 'id' in message && !('method' in message);

export interface StdioOptions<Message> {
  readonly input: Readable;
  readonly output: Writable;
  readonly clock: Clock;
  /** Makes messages of a line; what else is to be said to it goes through `reply`. */
  readonly decode: (line: string, reply: (message: Message) => void) => readonly Message[];
  /** Makes one line of a message, without its line break. */
  readonly encode: (message: Message) => string;
  /** The longest line that is read, in bytes; a longer one is passed over. */
  readonly longestLine?: number;
}

/** As much as the SDK's own transport takes. */
const LONGEST_LINE = 10 * 1024 * 1024;
const NEWLINE = 0x0a;
/**
 * After the end of the input, calls under way have this long to answer, in milliseconds: enough for requests that were
 * piped in by a script, and little beside the second in which the process has to be gone.
 */
const LAST_ANSWERS_MS = 250;

/**
 * JSON-RPC by lines over a pair of streams. The SDK's transport does not notice the end of its input, dies of a broken
 * output, and closes for good at an oversized line; a host that went away or sent rubbish must do neither to us.
 */
export function createStdio<Message extends object>(options: StdioOptions<Message>): LineTransport<Message> {
  const { input, output, clock, decode, encode, longestLine = LONGEST_LINE } = options;
  let parts: Uint8Array[] = [];
  let size = 0;
  let skipping = false;
  let closed = false;
  let ended = false;
  let unanswered = 0;

  const transport: LineTransport<Message> = {
    async start() {
      input.on('data', onData);
      input.on('end', onEnd);
      input.on('close', onEnd);
      input.on('error', onEnd);
      // A reader that went away shows as EPIPE here; nobody is left to answer.
      output.on('error', onBroken);
      output.on('close', onBroken);
    },
    async send(message) {
      if (closed || !output.writable) return;
      // Not waiting for `drain`: a host that stopped reading would block every call, and the pipe ends with the host.
      output.write(`${encode(message)}\n`);
      if (isAnswer(message)) unanswered -= 1;
      if (ended && unanswered <= 0) onBroken();
    },
    async close() {
      if (closed) return;
      closed = true;
      input.off('data', onData);
      input.off('end', onEnd);
      input.off('close', onEnd);
      input.pause();
      parts = [];
      transport.onclose?.();
    },
  };

  function onData(chunk: Uint8Array): void {
    let from = 0;
    for (let at = chunk.indexOf(NEWLINE); at !== -1; at = chunk.indexOf(NEWLINE, from)) {
      take(chunk.subarray(from, at));
      endLine();
      from = at + 1;
    }
    take(chunk.subarray(from));
  }

  function take(part: Uint8Array): void {
    size += part.byteLength;
    if (skipping || part.byteLength === 0) return;
    if (size > longestLine) {
      skipping = true;
      parts = [];
      report(new Error(`A line longer than ${longestLine} bytes was passed over.`));
    } else {
      parts.push(part);
    }
  }

  function endLine(): void {
    const line = skipping ? '' : Buffer.concat(parts).toString('utf8').trim();
    parts = [];
    size = 0;
    skipping = false;
    if (line === '') return;
    try {
      const messages = decode(line, (answer) => output.writable && output.write(`${encode(answer)}\n`));
      // Counted first: a batch whose first part is answered at once has more to come.
      unanswered += messages.filter(isRequest).length;
      for (const message of messages) transport.onmessage?.(message);
    } catch {
      // The text of a parser's error quotes the line, which is not ours to log.
      report(new Error('A line that is no JSON-RPC message was passed over.'));
    }
  }

  function report(error: Error): void {
    transport.onerror?.(error);
  }

  function onEnd(): void {
    if (ended) return;
    ended = true;
    if (unanswered <= 0) onBroken();
    else clock.after(LAST_ANSWERS_MS, onBroken);
  }

  function onBroken(): void {
    void transport.close();
  }

  return transport;
}
