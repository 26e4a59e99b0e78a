import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AgoraError } from '../../src/agora/errors.ts';
import { startCallTime } from '../../src/toolkit/call-time.ts';
import type { ToolContext, ToolResult } from '../../src/toolkit/define-tool.ts';
import {
  ANSWERS,
  type Asked,
  type Binding,
  CODE_WAITS_MS,
  CONFIRM_TIME_MS,
  createGate,
  type Outcome,
  type ViewQuestion,
  type Yes,
} from '../../src/toolkit/gate.ts';
import type { Step } from '../../src/toolkit/way-to-ask.ts';
import { manualClock } from '../support/manual-clock.ts';
import { named } from '../support/named-target.ts';

const binding: Binding = { tool: 'delete_thread', args: { thread_id: '1' } };
const resultOf = (summary: string): ToolResult => ({ structured: { summary }, text: summary });

/** A deletion that ends when the test says so. */
function deletion() {
  const yeses: Yes[] = [];
  let end: { resolve: (outcome: Outcome) => void; reject: (error: unknown) => void } | undefined;
  const act: Asked['act'] = (yes) => {
    yeses.push(yes);
    return new Promise((resolve, reject) => {
      end = { resolve, reject };
    });
  };
  return {
    act,
    yeses,
    done: async (summary: string) => {
      end?.resolve(() => resultOf(summary));
      await Promise.resolve();
    },
    fail: async (error: unknown) => {
      end?.reject(error);
      await Promise.resolve();
    },
  };
}

function start(mode: 'auto' | 'person' = 'auto') {
  const clock = manualClock();
  const gate = createGate(mode, clock);
  const { act, ...ofDeletion } = deletion();
  const client = new AbortController();
  const time = startCallTime(clock, client.signal);
  // No question looks into the context of the call that answers it.
  const context = { time } as ToolContext;
  const redeem = (code: string | undefined, of: Binding = binding, step: Step = 'ask_by_click') =>
    gate.redeem(of, code ?? '', step, () => Promise.reject(new Error('no code of the chat')), context);
  const ask = (more: Partial<Asked> = {}) =>
    gate.open({
      binding,
      message: 'Delete?',
      targets: [named('Refund')],
      view: { action: 'delete', app: 'x', host: 'x', sandbox: false, items: [] },
      act,
      declined: (at) => () => resultOf(`declined at ${at}`),
      ...more,
    });
  const answer = (approval: string, said: (typeof ANSWERS)[number]) => gate.answer(approval, said, context);
  const untold = (of: Binding = binding) => gate.untold(of, time);
  return { clock, client, ask, answer, redeem, untold, ...ofDeletion };
}

/** A question of another call. */
const call = (n: number): Partial<Asked> => ({
  binding: { tool: 'delete_thread', args: { thread_id: `${n}` } },
});

describe('an approval', () => {
  it('is 24 random bytes', () => {
    const { ask } = start();
    const approvals = Array.from({ length: 50 }, (_, n) => ask(call(n)).approval);
    for (const approval of approvals) expect(Buffer.from(approval, 'base64url')).toHaveLength(24);
    expect(new Set(approvals).size).toBe(50);
  });

  it.each(['', 'x'.repeat(32)])('that is made up is not known: %j', (approval) => {
    const { ask, answer, yeses } = start();
    ask();
    for (const said of ANSWERS) expect(answer(approval, said)).toEqual({ state: 'unknown' });
    expect(yeses).toEqual([]);
  });

  it('of another session is not known', () => {
    const { approval } = start().ask();
    const { ask, answer, yeses } = start();
    ask();
    expect(answer(approval, 'yes')).toEqual({ state: 'unknown' });
    expect(yeses).toEqual([]);
  });
});

describe('a yes', () => {
  it('acts once, for what was shown; meanwhile the question is being worked on', async () => {
    const { ask, answer, yeses, done, clock } = start();
    const { approval } = ask();
    expect(answer(approval, 'shown')).toEqual({ state: 'open' });
    const reply = answer(approval, 'yes');
    expect(yeses).toEqual([{ by: 'click', at: clock.now(), targets: [named('Refund')] }]);
    for (const said of ANSWERS) expect(answer(approval, said)).toEqual({ state: 'working' });
    await done('deleted');
    for (const again of [reply, ...ANSWERS.map((said) => answer(approval, said))]) {
      if (!('outcome' in again)) throw new Error(`no outcome, but ${again.state}`);
      expect([again.state, await again.outcome()]).toEqual(['settled', resultOf('deleted')]);
    }
    expect(yeses).toHaveLength(1);
  });

  it('that leads to a failure settles the question with it', async () => {
    const { ask, answer, fail, yeses } = start();
    const { approval } = ask();
    const reply = answer(approval, 'yes');
    await fail(new Error('the service refused'));
    for (const again of [reply, answer(approval, 'shown'), answer(approval, 'yes')]) {
      if (!('outcome' in again)) throw new Error(`no outcome, but ${again.state}`);
      await expect(again.outcome()).rejects.toThrow('the service refused');
    }
    expect(yeses).toHaveLength(1);
  });

  it('after a no does nothing', async () => {
    const { ask, answer, yeses, clock } = start();
    const { approval } = ask();
    const no = answer(approval, 'no');
    const yes = answer(approval, 'yes');
    if (!('outcome' in no && 'outcome' in yes)) throw new Error('no outcome');
    expect([no.state, yes.state]).toEqual(['declined', 'settled']);
    expect(await no.outcome()).toEqual(resultOf(`declined at ${clock.now()}`));
    expect(await yes.outcome()).toEqual(await no.outcome());
    expect(yeses).toEqual([]);
  });

  it.each([
    [CONFIRM_TIME_MS - 1, 'settled'],
    [CONFIRM_TIME_MS, 'closed'],
  ])('after %i ms finds the question %s', (ms, state) => {
    const { ask, answer, clock, yeses } = start();
    const { approval, askedAt } = ask();
    expect(askedAt).toBe(clock.now());
    clock.advance(ms);
    expect(answer(approval, 'yes').state).toBe(state);
    expect(yeses).toHaveLength(state === 'closed' ? 0 : 1);
  });
});

it.each(ANSWERS)('an answer to a question that is over does nothing: %s', (said) => {
  const { ask, answer, clock, yeses } = start();
  const { approval } = ask();
  clock.advance(CONFIRM_TIME_MS);
  expect(answer(approval, said)).toEqual({ state: 'closed' });
  expect(yeses).toEqual([]);
});

describe('one question', () => {
  it('stays the same however often the call is made, to its end', () => {
    const { ask, clock } = start();
    const first = ask();
    clock.advance(CONFIRM_TIME_MS - 1);
    expect(ask({ targets: [{ ...named('Refund'), verified: false }] })).toEqual(first);
    clock.advance(1);
    const next = ask();
    expect(next.approval).not.toBe(first.approval);
    expect(next.code).not.toBe(first.code);
  });

  it.each([
    ['another tool', { binding: { ...binding, tool: 'delete_threads' } }, 'open'],
    ['other arguments', call(2), 'open'],
    ['another name', { targets: [named('Paid')] }, 'closed'],
    ['a name no longer known', { targets: [named(undefined)] }, 'closed'],
  ] as const)('is another for %s; the first one is then %s', (_what, more, state) => {
    const { ask, answer } = start();
    const first = ask();
    expect(ask(more).approval).not.toBe(first.approval);
    expect(answer(first.approval, 'shown')).toEqual({ state });
  });

  it('that was answered is not asked again by the same call', async () => {
    const { ask, answer } = start();
    const first = ask();
    answer(first.approval, 'no');
    const second = ask();
    expect(second.approval).not.toBe(first.approval);
    // From then on the newer one is the one question.
    expect(ask()).toBe(second);
  });

  it.each([
    [99, 'open'],
    [100, 'closed'],
  ])('is still %i newer ones later: %s', (others, state) => {
    const { ask, answer } = start();
    const { approval } = ask();
    for (let n = 0; n < others; n++) ask(call(n + 2));
    expect(answer(approval, 'shown')).toEqual({ state });
  });

  it('is forgotten in the end, and never while it is open or under way', async () => {
    const { ask, answer, untold } = start();
    const open = ask(call(1_000)).approval;
    for (let n = 1_001; n < 1_400; n++) answer(ask(call(n)).approval, 'no');
    expect(answer(open, 'shown')).toEqual({ state: 'open' });
    const working = ask(call(0)).approval;
    answer(working, 'yes');
    const settled = ask(call(1)).approval;
    answer(settled, 'no');
    for (let n = 2; n < 400; n++) ask(call(n));
    expect(answer(settled, 'shown')).toEqual({ state: 'unknown' });
    expect(answer(working, 'shown')).toEqual({ state: 'working' });
    expect(await untold(call(1).binding)).toBeUndefined();
  });
});

describe('a code beside a view', () => {
  it.each([
    [CODE_WAITS_MS - 1, false],
    [CODE_WAITS_MS, true],
    [CONFIRM_TIME_MS - 1, true],
    [CONFIRM_TIME_MS, false],
  ])('after %i ms counts: %s', (ms, counts) => {
    const { ask, clock, redeem, yeses } = start();
    const { code } = ask();
    clock.advance(ms);
    expect(redeem(code) !== undefined).toBe(counts);
    expect(yeses).toEqual(counts ? [{ by: 'code', at: clock.now(), targets: [named('Refund')] }] : []);
  });

  it('is not used up before its time, nor by another call, nor by a wrong one', () => {
    const { ask, clock, redeem, yeses } = start();
    const code = ask().code;
    expect(redeem(code)).toBeUndefined();
    expect(ask().code).toBe(code);
    clock.advance(CODE_WAITS_MS);
    expect(redeem(code, { ...binding, args: {} })).toBeUndefined();
    expect(redeem('ABCDEFGH')).toBeUndefined();
    expect(redeem(code, binding, 'ask_by_form')).toBeUndefined();
    expect(redeem(code)).toBeInstanceOf(Promise);
    expect(redeem(code)).toBeUndefined();
    expect(yeses).toHaveLength(1);
  });

  it.each(ANSWERS)('of any question ends as soon as one view says %s', (said) => {
    const { ask, answer, clock, redeem } = start();
    const drawn = ask();
    const other = ask(call(2));
    const { code } = other;
    clock.advance(CODE_WAITS_MS);
    answer(drawn.approval, said);
    expect(redeem(code, other.asked.binding)).toBeUndefined();
    expect(ask(call(2))).toMatchObject({ approval: other.approval, code: undefined });
    expect(ask(call(3)).code).toBeUndefined();
  });

  it('is not ended by an approval that is made up', () => {
    const { ask, answer, clock, redeem } = start();
    const { code } = ask();
    clock.advance(CODE_WAITS_MS);
    answer('x'.repeat(32), 'shown');
    expect(redeem(code)).toBeInstanceOf(Promise);
  });

  it('settles the question in the view too, and leaves nothing to be told', async () => {
    const { ask, answer, clock, done, redeem, untold, yeses } = start();
    const { code, approval } = ask();
    clock.advance(CODE_WAITS_MS);
    const outcome = redeem(code);
    expect(answer(approval, 'yes')).toEqual({ state: 'working' });
    expect(await untold()).toBeUndefined();
    await done('deleted');
    const late = answer(approval, 'yes');
    if (!('outcome' in late)) throw new Error(`no outcome, but ${late.state}`);
    expect([await outcome, await late.outcome()]).toEqual([resultOf('deleted'), resultOf('deleted')]);
    expect(yeses).toHaveLength(1);
    expect(await untold()).toBeUndefined();
  });

  it('is not given where only a person may confirm', () => {
    expect(start('person').ask().code).toBeUndefined();
  });
});

describe('what a click did', () => {
  it('is told once, as soon as it is done', async () => {
    const { ask, answer, done, untold } = start();
    const { approval } = ask();
    answer(approval, 'shown');
    expect(await untold()).toBeUndefined();
    answer(approval, 'yes');
    const told = untold();
    await done('deleted');
    expect(await told).toEqual(resultOf('deleted'));
    expect(await untold()).toBeUndefined();
  });

  it('is not told to a call that was given up meanwhile', async () => {
    const { ask, answer, done, untold, client } = start();
    answer(ask().approval, 'yes');
    const told = untold();
    client.abort(new Error('given up'));
    await done('deleted');
    await expect(told).rejects.toThrow('given up');
  });

  it('is told to the same call only', async () => {
    const { ask, answer, untold, clock } = start();
    answer(ask().approval, 'no');
    expect(await untold({ ...binding, args: {} })).toBeUndefined();
    expect(await untold()).toEqual(resultOf(`declined at ${clock.now()}`));
  });

  it.each([
    [0, '09:31 UTC'],
    [24 * 60 * 60_000, '2026-11-23 09:31 UTC'],
  ])('is told with the time of the click where it failed, %i ms later too', async (later, when) => {
    const { ask, answer, fail, untold, clock } = start();
    clock.advance((9 * 60 + 31) * 60_000);
    answer(ask().approval, 'yes');
    await fail(new AgoraError({ code: 'server_error', what: 'it broke', next: 'x', retry: 'later', landed: 'no' }));
    clock.advance(later);
    await expect(untold()).rejects.toMatchObject({
      facts: { what: `it broke, after the user clicked yes at ${when}` },
    });
    expect(await untold()).toBeUndefined();
  });
});

/** One step of a session: `of` chooses among the questions asked so far. */
const step = fc.oneof(
  fc.record({ what: fc.constant('ask' as const), call: fc.nat(2), name: fc.nat(1) }),
  fc.record({ what: fc.constant('answer' as const), of: fc.nat(5), said: fc.constantFrom(...ANSWERS) }),
  fc.record({ what: fc.constant('redeem' as const), of: fc.nat(5) }),
  fc.record({ what: fc.constant('end' as const) }),
  fc.record({ what: fc.constant('wait' as const), ms: fc.constantFrom(1, CODE_WAITS_MS, CONFIRM_TIME_MS - 1) }),
);

it('in any order of calls, clicks and codes a question acts at most once, in its time, and never after a no', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
      const { clock, ask, answer, redeem } = start();
      const made: { open: ViewQuestion; code: string | undefined; at: number; acts: number; refused: boolean }[] = [];
      const ends: (() => void)[] = [];
      let drawn = false;
      for (const one of steps) {
        const question = 'of' in one ? made[made.length - 1 - one.of] : undefined;
        const age = clock.now() - (question?.at ?? 0);
        const before = question?.acts;
        switch (one.what) {
          case 'ask': {
            const asked = call(one.call);
            const open = ask({
              ...asked,
              targets: [named(String(one.name), String(made.length))],
              act: ({ targets }) => {
                const acting = made[Number(targets[0]?.id)];
                if (acting) acting.acts += 1;
                return new Promise((resolve) => ends.push(() => resolve(() => resultOf('deleted'))));
              },
            });
            if (drawn) expect(open.code).toBeUndefined();
            if (!made.some(({ open: { approval } }) => approval === open.approval)) {
              made.push({ open, code: open.code, at: clock.now(), acts: 0, refused: false });
            }
            break;
          }
          case 'answer': {
            if (question === undefined) break;
            const reply = answer(question.open.approval, one.said);
            drawn = true;
            question.refused ||= reply.state === 'declined';
            if (question.acts !== before) expect([one.said, age < CONFIRM_TIME_MS]).toEqual(['yes', true]);
            break;
          }
          case 'redeem': {
            if (question === undefined) break;
            const counted = redeem(question.code, question.open.asked.binding) !== undefined;
            expect(question.acts).toBe((before ?? 0) + (counted ? 1 : 0));
            if (counted) expect([drawn, age >= CODE_WAITS_MS, age < CONFIRM_TIME_MS]).toEqual([false, true, true]);
            break;
          }
          case 'end':
            for (const end of ends.splice(0)) end();
            await Promise.resolve();
            break;
          case 'wait':
            clock.advance(one.ms);
        }
        for (const { acts, refused } of made) expect(acts).toBeLessThanOrEqual(refused ? 0 : 1);
      }
    }),
    { numRuns: 500 },
  );
});
