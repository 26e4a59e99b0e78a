import { setTimeout as delay } from 'node:timers/promises';
import * as z from 'zod';
import type { Random } from '../../src/sandbox/random.ts';
import type { SandboxState } from '../../src/sandbox/state.ts';
import { type HttpEnd, type HttpSession, NoSession, openHttpSession } from './http-session.ts';
import { type CallTool, createWorker } from './soak-worker.ts';

/** When the replicas were killed, by their names, in milliseconds of `performance.now()`. */
export type Deaths = ReadonlyMap<string, readonly number[]>;

/** A call that came back with an answer. */
export interface TimedCall {
  readonly subject: string;
  readonly request: number;
  readonly tool: string;
  /** From sending to the whole answer, in milliseconds. */
  readonly ms: number;
  /** Did a person have to answer first? */
  readonly asked: boolean;
}

export interface PersonOptions {
  readonly url: URL;
  /** The address of the sandbox. */
  readonly service: string;
  readonly subject: string;
  readonly token: string;
  readonly number: number;
  readonly state: SandboxState;
  readonly deaths: Deaths;
  readonly random: Random;
  readonly wrong: (what: string) => void;
  readonly timed: (call: TimedCall) => void;
  readonly count: (what: 'calls' | 'sessions' | 'lost' | 'errors' | 'unknowns' | 'questions') => void;
  /** A thread that this person has agreed to delete. */
  readonly agreed: (threadId: string) => void;
}

export interface Person {
  /** One thing that this person wants, with one call or more. */
  step(): Promise<void>;
  /** Ends the session. */
  leave(): Promise<void>;
}

/** How long a person thinks about a question, in milliseconds. */
const THINKING_MS = [20, 2_000] as const;
/** What a killed replica has sent reaches the service within this time and these further requests, in milliseconds. */
const SETTLE_MS = 500;
const SETTLE_REQUESTS = 5;
const PATIENCE_MS = 100_000;

const toolResult = z.object({
  content: z.tuple([z.object({ text: z.string() })]),
  structuredContent: z.record(z.string(), z.unknown()).optional(),
  isError: z.boolean().optional(),
});

/**
 * A person with a client: makes calls over HTTP, answers forms, and begins a new session where the old one is gone.
 * Each outcome is held against a model, that of soak-worker.ts for what a tool says, and that of this file for
 * what HTTP does: a session ends only with its replica, and an answer is lost only with it.
 */
export function createPerson(options: PersonOptions): Person {
  const { url, service, subject, token, state, deaths, random, wrong, timed, count, agreed } = options;
  let session: (HttpSession & { readonly since: number }) | undefined;
  let requests = 0;
  let intention: { readonly threads: Set<string>; yes: boolean } = { threads: new Set(), yes: false };
  /** The answer to a call of this step was lost: what it did is read from the sandbox. */
  let lostNow = false;

  const diedSince = (replica: string, since: number): boolean =>
    deaths.get(replica)?.some((at) => at >= since) ?? false;

  async function onAsk(): Promise<object> {
    count('questions');
    const { yes, threads } = intention;
    await delay(random.int(...THINKING_MS));
    if (yes) for (const thread of threads) agreed(thread);
    return yes ? { action: 'accept', content: { confirm: true } } : { action: 'decline' };
  }

  async function connected(): Promise<HttpSession & { readonly since: number }> {
    for (;;) {
      if (session) return session;
      const since = performance.now();
      const nextId = (): number => {
        requests += 1;
        return requests;
      };
      try {
        session = { ...(await openHttpSession({ url, token, onAsk, patienceMs: PATIENCE_MS, nextId })), since };
        count('sessions');
      } catch (error) {
        // While a replica is killed, what it had taken is broken off; the next try goes to the other one.
        const broken = error instanceof NoSession && error.status === 0;
        if (!broken || ![...deaths.keys()].some((replica) => diedSince(replica, since))) {
          wrong(`${subject} has no session: ${String(error)}`);
        }
        await delay(100);
      }
    }
  }

  /** Was the end of a call without an answer due to the end of its replica? @returns whether it can have begun */
  function explain(end: Exclude<HttpEnd, { kind: 'answer' }>, used: HttpSession & { since: number }, sent: number) {
    const shown = `${subject} in ${used.id}: ${end.kind === 'status' ? end.status : end.why}`;
    if (!diedSince(used.replica, used.since)) wrong(`${shown}, and ${used.replica} was not killed`);
    if (end.kind === 'status' && end.status !== 404) wrong(`${shown}: not a 404`);
    return diedSince(used.replica, sent);
  }

  /** On a busy machine the sandbox, which runs in this process, may be late to read what was sent to it. */
  async function settle(): Promise<void> {
    await delay(SETTLE_MS);
    for (let n = 0; n < SETTLE_REQUESTS; n++) await (await fetch(service)).body?.cancel();
  }

  const call: CallTool = async (tool, args) => {
    for (;;) {
      const used = await connected();
      const sent = performance.now();
      const end = await used.call(tool, args);
      if (end.kind === 'answer') {
        timed({ subject, request: end.request, tool, ms: performance.now() - sent, asked: end.asked });
        const parsed = toolResult.safeParse(end.result);
        if (!parsed.success) return undefined;
        const { content, structuredContent = {}, isError = false } = parsed.data;
        return { text: content[0].text, structured: structuredContent, isError };
      }
      session = undefined;
      // An unknown session has begun nothing: the same call is made in a new one.
      if (!explain(end, used, sent)) continue;
      count('lost');
      lostNow = true;
      await settle();
      return { text: 'The answer was lost: the change may have been made.', structured: {}, isError: true };
    }
  };

  const worker = createWorker(options.number, {
    state,
    call,
    intend(thread, yes) {
      intention.yes = yes;
      intention.threads.add(thread);
    },
    stormy: () => lostNow,
    wrong,
    count,
    random,
  });
  return {
    async step() {
      intention = { threads: new Set(), yes: false };
      lostNow = false;
      await worker.step();
    },
    async leave() {
      if (!session) return;
      const status = await session.end();
      if (status !== 200 && !diedSince(session.replica, session.since)) wrong(`${subject} cannot leave: ${status}`);
    },
  };
}
