import type { Readable, Writable } from 'node:stream';
import type { Clock } from '../base/clock.ts';

/** The parts of a JSON-RPC transport that are used here; the MCP SDK's type has more. */
interface LineTransport<Message> {
  start(): Promise<void>;
  send(message: Message): Promise<void>;
  close(): Promise<void>;
  onmessage?: (message: Message) => void;
  onerror?: (error: Error) => void;
  onclose?: () => void;
}

/** A request has an id and a method, its answer only an id. */
const isRequest = (message: object): boolean => 'id' in message && 'method' in message;
const isAnswer = (message: object): boolean => 'id' in message && !('method' in message);

export interface StdioOptions<Message> {
  readonly input: Readable;
  readonly output: Writable;
  readonly clock: Clock;
  /** Parses a line into messages; `reply` sends an error for a part that is not a message. */
  readonly decode: (line: string, reply: (message: Message) => void) => readonly Message[];
  /** Without a line break. */
  readonly encode: (message: Message) => string;
  /** In bytes; a longer line is skipped. */
  readonly longestLine?: number;
}

/** As much as the SDK's own transport takes. */
const LONGEST_LINE = 10 * 1024 * 1024;
const NEWLINE = 0x0a;
/**
 * How long calls under way may take after the end of the input, in milliseconds: enough for requests that a script
 * piped in, of which the first still loads what calls tools. The rest of the second within which hosts expect the
 * process to exit is for closing connections.
 */
const LAST_ANSWERS_MS = 500;

/**
 * JSON-RPC over a pair of streams, one message a line. The SDK's transport misses the end of its input, crashes on a
 * broken output and closes for good at an oversized line; this one ends cleanly, or goes on with the next line.
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
      // EPIPE: the host is gone, and nobody is left to answer.
      output.on('error', onBroken);
      output.on('close', onBroken);
    },
    async send(message) {
      if (closed || !output.writable) return;
      // No waiting for `drain`: a host that stopped reading would block every call.
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
      // Counted first, so that an early answer to one part of a batch does not look like the last.
      unanswered += messages.filter(isRequest).length;
      for (const message of messages) transport.onmessage?.(message);
    } catch {
      // The parser's error quotes the line, which must not reach the log.
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
