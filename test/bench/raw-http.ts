import { connect } from 'node:net';

/** What came back on a connection of its own. */
export interface RawAnswer {
  /** All bytes, as latin1 text. */
  readonly text: string;
  /** Of the status line; undefined where the bytes do not begin with one. */
  readonly status: number | undefined;
  /** Did the time run out first? */
  readonly late: boolean;
}

export interface RawOptions {
  readonly port: number;
  readonly withinMs: number;
  /** Breaks the connection off as soon as the bytes are sent. */
  readonly breakOff?: boolean;
  /** Says that nothing more will be sent. */
  readonly half?: boolean;
  /** Is called with what has come so far, each time that more comes; `true` ends the connection. */
  readonly onText?: (text: string) => boolean;
}

/** Sends bytes as they are, and reads until the server has closed the connection. */
export function sendRaw(bytes: Uint8Array, options: RawOptions): Promise<RawAnswer> {
  const { port, withinMs, breakOff = false, half = false, onText = () => false } = options;
  return new Promise((resolve) => {
    let text = '';
    let late = false;
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    const timer = setTimeout(() => {
      late = true;
      socket.destroy();
    }, withinMs);
    socket.setEncoding('latin1');
    socket.on('data', (part) => {
      text += part;
      if (onText(text)) socket.destroy();
    });
    socket.on('end', () => socket.destroy());
    // A server that has read enough may reset the connection.
    socket.on('error', () => undefined);
    socket.on('close', () => {
      clearTimeout(timer);
      const [, status] = /^HTTP\/1\.1 ([1-5]\d\d) /.exec(text) ?? [];
      resolve({ text, status: status === undefined ? undefined : Number(status), late });
    });
    if (breakOff) socket.write(bytes, () => socket.destroy());
    else if (half) socket.end(bytes);
    else socket.write(bytes);
  });
}
