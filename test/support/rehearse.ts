import { onTestFinished } from 'vitest';
import type { Fault } from '../../src/sandbox/faults.ts';
import { type Sandbox, startSandbox } from '../../src/sandbox/http-server.ts';
import { SANDBOX } from '../../src/sandbox/identity.ts';
import { connectClient, type FormHandler, type TestClient } from './client.ts';
import { type ManualClock, skippingClock } from './manual-clock.ts';
import { quietness } from './turns.ts';

export const accept: FormHandler = () => ({ action: 'accept', content: { confirm: true } });

/** The settings for a standalone sandbox, which the server treats like any other app. */
export const appSettings = (sandbox: Pick<Sandbox, 'url'>): Record<string, string> => ({
  AGORA_CHAT_HOST: sandbox.url,
  AGORA_CHAT_APP_KEY: `${SANDBOX.orgName}#${SANDBOX.appName}`,
  AGORA_CHAT_APP_TOKEN: SANDBOX.appToken,
});

export interface Rehearsal extends TestClient {
  readonly sandbox: Sandbox;
  readonly clock: ManualClock;
  /** Waits for a call, and moves time forward to the time limit of each request that the sandbox does not answer. */
  drive<T>(call: Promise<T>): Promise<T>;
}

/** A client connected to a sandbox with faults, on a manual clock. */
export async function rehearse(
  faults: readonly Fault[],
  options: { env?: Record<string, string>; form?: FormHandler } = {},
): Promise<Rehearsal> {
  const clock = skippingClock();
  const sandbox = await startSandbox({ now: () => clock.now(), faults });
  onTestFinished(() => sandbox.close());
  const env = { ...appSettings(sandbox), ...options.env };
  const client = await connectClient({ env, clock, ...(options.form && { form: options.form }) });
  const quiet = await quietness();
  const silent = faults.some(({ kind }) => kind === 'no_answer' || kind === 'no_answer_before');
  return {
    ...client,
    sandbox,
    clock,
    async drive(call) {
      if (!silent) return call;
      let settled = false;
      const done = call.finally(() => {
        settled = true;
      });
      done.catch(() => undefined);
      const timedOut = new Set<number>();
      let seen = 0;
      while (!settled) {
        await quiet();
        const { requests } = sandbox.state;
        const isAtRest = requests.length === seen;
        seen = requests.length;
        if (!isAtRest) continue;
        // Once for all requests that go unanswered at the same time, and only when nothing else is going on.
        const silentOnes = requests.flatMap(({ status }, i) => (status === 0 && !timedOut.has(i) ? [i] : []));
        if (silentOnes.length === 0) continue;
        for (const one of silentOnes) timedOut.add(one);
        clock.advance(TIME_LIMIT_MS);
      }
      return done;
    },
  };
}

/** The default of AGORA_THREADS_TIMEOUT_MS, for changes of members too. */
const TIME_LIMIT_MS = 30_000;
