import type { Dispatcher } from 'undici';

export interface HttpAnswer {
  readonly status: number;
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

/** How far a request had come: nothing of it was written, it was on its way, or its answer had begun. */
export type Stage = 'unsent' | 'sent' | 'answering';

/** The answer as far as it came; the status is 0 where it had not begun. */
export type Head = Pick<HttpAnswer, 'status' | 'headers'>;

export interface RoundTripOptions {
  readonly largestBytes: number;
  /** The error for an answer larger than that; the rest is not read. */
  readonly tooLarge: (head: Head) => unknown;
  /** The error for a failed connection. */
  readonly failed: (stage: Stage, head: Head, cause: unknown) => unknown;
  /** Receives a function that gives up: it breaks the connection, and rejects at once with the error it is given. */
  readonly started: (stop: (reason: (stage: Stage, head: Head) => unknown) => void) => void;
}

/** undici destroys the connection with it; nobody gets to see it. */
const GIVEN_UP = new Error('given up');

/**
 * Sends one request and reads its answer. One level below undici's `request()`: no stream is built for a body of a
 * few KB, and the first event marks the start of writing, from where on a request may have landed.
 */
export function sendRequest(
  dispatcher: Dispatcher,
  request: Dispatcher.DispatchOptions,
  { largestBytes, tooLarge, failed, started }: RoundTripOptions,
): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    let stage: Stage = 'unsent';
    let stopped = false;
    let controller: Dispatcher.DispatchController | undefined;
    let head: Head = { status: 0, headers: {} };
    const chunks: Buffer[] = [];
    let size = 0;
    const stop = (reason: (stage: Stage, head: Head) => unknown) => {
      if (stopped) return;
      stopped = true;
      reject(reason(stage, head));
      controller?.abort(GIVEN_UP);
    };
    started(stop);
    dispatcher.dispatch(request, {
      onRequestStart(begun) {
        controller = begun;
        // It was given up while it waited for a connection.
        if (stopped) begun.abort(GIVEN_UP);
        else stage = 'sent';
      },
      onResponseStart(_, status, headers) {
        if (status < 200) return; // interim: the real answer follows (undici refuses an unexpected 100)
        stage = 'answering';
        head = { status, headers };
      },
      onResponseData(_, chunk) {
        size += chunk.byteLength;
        if (size > largestBytes) stop(() => tooLarge(head));
        else chunks.push(chunk);
      },
      onResponseEnd() {
        const [whole = Buffer.concat(chunks)] = chunks.length === 1 ? chunks : [];
        resolve({ ...head, text: whole.toString('utf8') });
      },
      onResponseError: (_, cause) => reject(failed(stage, head, cause)),
    });
  });
}
