import { setMaxListeners } from 'node:events';
import { AgoraError } from '../agora/errors.ts';
import { type Clock, timePassed } from '../base/clock.ts';

/** Clients give up a call after a minute: all work of a call ends before that, in milliseconds from its arrival. */
export const WORK_MS = 45_000;
/** After this nothing new is sent, so that what was sent has time to be answered. */
export const SENDING_MS = 35_000;

/** How much of a call's time is left. While a question is open the time stands still: a person may think. */
export interface CallTime {
  /** Aborted when the client gives up the call, or when its 45 s are over. */
  readonly signal: AbortSignal;
  /** Aborted with `signal`, and after 35 s: ends waits for a place or a retry, and starts no further request. */
  readonly sending: AbortSignal;
  /** Aborted when the server begins to end: no question stays open then, and no code is worth handing out. */
  readonly ending: AbortSignal | undefined;
  /** @throws the client's reason where it has given up the call: then nothing further is done, not even an answer made */
  throwIfGivenUp(): void;
  /** Milliseconds of work so far. */
  spent(): number;
  /** Runs something that is not work, such as an open question. */
  pause<T>(action: () => Promise<T>): Promise<T>;
  /** Takes the timers away. */
  end(): void;
}

/**
 * Starts the time of one call.
 *
 * @param client aborted when the client gives up the call
 * @param ending aborted when the server begins to end: nothing new is sent then
 */
export function startCallTime(clock: Clock, client: AbortSignal, ending?: AbortSignal): CallTime {
  const elapsed = timePassed(clock);
  const work = new AbortController();
  const sending = new AbortController();
  // Eight threads at once, each with waits of its own, and calls that share a signal: Node would take more than ten
  // listeners for a leak.
  setMaxListeners(0, work.signal, sending.signal, client, ...(ending ? [ending] : []));
  const ended = new AbortController();
  let pausedFor = 0;
  let timers: readonly (() => void)[] = [];

  const spent = (): number => elapsed() - pausedFor;
  const startTimers = (): void => {
    timers = [
      clock.after(Math.max(0, SENDING_MS - spent()), () => sending.abort(outOfTime())),
      clock.after(Math.max(0, WORK_MS - spent()), () => work.abort(outOfTime())),
    ];
  };
  const cancelTimers = (): void => {
    for (const cancel of timers) cancel();
  };
  const onAbort = (signal: AbortSignal | undefined, action: () => void): void => {
    if (signal?.aborted) action();
    else signal?.addEventListener('abort', action, { signal: ended.signal });
  };
  onAbort(client, () => {
    cancelTimers();
    sending.abort(client.reason);
    work.abort(client.reason);
  });
  onAbort(ending, () => sending.abort(serverEnding()));
  startTimers();

  return {
    signal: work.signal,
    sending: sending.signal,
    ending,
    throwIfGivenUp: () => client.throwIfAborted(),
    spent,
    async pause(action) {
      cancelTimers();
      const from = elapsed();
      try {
        return await action();
      } finally {
        pausedFor += elapsed() - from;
        if (!client.aborted) startTimers();
      }
    },
    end() {
      cancelTimers();
      ended.abort();
    },
  };
}

/** Nothing has landed of a request that was never sent; whoever aborts one on its way says that it may have. */
export const outOfTime = (): AgoraError =>
  new AgoraError({
    code: 'out_of_time',
    what: `the service was too slow for the ${WORK_MS / 1_000} s of one call`,
    next: 'Call again in a moment: the next call has the whole time again.',
    retry: 'later',
  });

const serverEnding = (): AgoraError =>
  new AgoraError({
    code: 'server_ending',
    what: 'the server is ending',
    next: 'Call again in a moment, when this server has restarted or another one has taken over.',
    retry: 'later',
  });
