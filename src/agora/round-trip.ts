import type { Dispatcher } from 'undici';

export interface HttpAnswer {
  readonly status: number;
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

/** How far a request had come: no byte of it was written, it was on its way, or its answer had begun. */
export type Stage = 'unsent' | 'sent' | 'answering';

export interface ExchangeOptions {
  readonly largestBytes: number;
  /** What to reject with where the answer is larger than that; the rest is not read. */
  readonly tooLarge: (head: Head) => unknown;
  /** What to reject with where the connection fails. */
  readonly failed: (stage: Stage, head: Head, cause: unknown) => unknown;
  /** Is given the function that gives up: it breaks the connection, and rejects at once with what its argument makes. */
  readonly started: (stop: (reason: (stage: Stage, head: Head) => unknown) => void) => void;
}

/** The answer as far as it came; the status is 0 where it had not begun. */
export type Head = Pick<HttpAnswer, 'status' | 'headers'>;

/** undici destroys the connection with it; nobody gets to see it. */
const GIVEN_UP = new Error('given up');

/**
 * Sends one request and gathers its answer. One level below undici's `request()`: no stream is built for a body of a
 * few KB, and its first event says when the writing begins, from where on a request may have landed.
 */
export function exchange(
  dispatcher: Dispatcher,
  request: Dispatcher.DispatchOptions,
  { largestBytes, tooLarge, failed, started }: ExchangeOptions,
): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    let stage: Stage = 'unsent';
    let stopped = false;
    let controller: Dispatcher.DispatchController | undefined;
    let answer: Head = { status: 0, headers: {} };
    const chunks: Buffer[] = [];
    let size = 0;
    const stop = (reason: (stage: Stage, head: Head) => unknown) => {
      if (stopped) return;
      stopped = true;
      reject(reason(stage, answer));
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
        if (status < 200) return; // an interim answer: the real one follows (a 100 that nobody asked for undici refuses)
        stage = 'answering';
        answer = { status, headers };
      },
      onResponseData(_, chunk) {
        size += chunk.byteLength;
        if (size > largestBytes) stop(() => tooLarge(answer));
        else chunks.push(chunk);
      },
      onResponseEnd() {
        const [whole = Buffer.concat(chunks)] = chunks.length === 1 ? chunks : [];
        resolve({ ...answer, text: whole.toString('utf8') });
      },
      onResponseError: (_, cause) => reject(failed(stage, answer, cause)),
    });
  });
}
