import { openConnections } from '../agora/dispatcher.ts';
import { createLimiter } from '../agora/rate-limiter.ts';
import { createSendOnce } from '../agora/send-once.ts';
import type { Page, Thread } from '../agora/thread.ts';
import { createThreads } from '../agora/threads.ts';
import { createTokenExchange, type TokenExchange } from '../agora/token-exchange.ts';
import { sendOnceOptions } from '../app/open-app.ts';
import type { Clock } from '../base/clock.ts';
import { version } from '../base/version.ts';
import type { AppTarget } from '../settings/app-target.ts';
import type { Config } from '../settings/read-config.ts';

/** A page of threads, or what was thrown. */
export type ListOutcome = Page<Thread> | { readonly error: unknown };

/** What the doctor asks of a service. Nothing is opened before it asks. */
export interface DoctorClient {
  /** One thread of the app; sent once, since a second try would only hide what the first one met. */
  list(token: string | undefined): Promise<ListOutcome>;
  /** In milliseconds, by the last answer; undefined where it had no readable date. */
  clockAhead(): number | undefined;
  readonly exchange: TokenExchange;
  close(): Promise<void>;
}

export async function openClient(app: AppTarget, config: Config, clock: Clock): Promise<DoctorClient> {
  const connections = await openConnections(app.origin, app.loopback, config.proxy);
  let ahead: number | undefined;
  const sendOnce = createSendOnce({
    ...sendOnceOptions(app, config, clock, version),
    dispatcher: connections.dispatcher,
    onDate(date) {
      // The header leaves out the fraction of the second: half a second on average.
      const difference = clock.now() - (Date.parse(date) + 500);
      ahead = Number.isNaN(difference) ? undefined : difference;
    },
  });
  const { signal } = new AbortController();
  return {
    list: (token) =>
      createThreads((call) => sendOnce(call, token, signal), app.name)
        .list({ limit: 1 }, signal)
        .catch((error: unknown) => ({ error })),
    clockAhead: () => ahead,
    exchange: createTokenExchange(sendOnce, createLimiter({ perSecond: config.rateLimit, clock })),
    close: connections.close,
  };
}
