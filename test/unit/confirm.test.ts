import { describe, expect, it } from 'vitest';
import {
  type Asker,
  type ConfirmationRequest,
  createGate,
  nextStep,
  readForm,
  showsForms,
} from '../../src/toolkit/confirm.ts';
import { manualClock } from '../support/manual-clock.ts';

describe('the decision before anything is lost', () => {
  it.each([
    ['auto', true, 'none', 'ask_by_form'],
    ['auto', true, 'fits', 'ask_by_form'],
    ['auto', true, 'wrong', 'ask_by_form'],
    ['auto', false, 'none', 'hand_out_code'],
    ['auto', false, 'fits', 'proceed'],
    ['auto', false, 'wrong', 'hand_out_code'],
    ['elicitation', true, 'none', 'ask_by_form'],
    ['elicitation', true, 'fits', 'ask_by_form'],
    ['elicitation', true, 'wrong', 'ask_by_form'],
    ['elicitation', false, 'none', 'refuse'],
    ['elicitation', false, 'fits', 'refuse'],
    ['elicitation', false, 'wrong', 'refuse'],
    ['code', true, 'none', 'hand_out_code'],
    ['code', true, 'fits', 'proceed'],
    ['code', true, 'wrong', 'hand_out_code'],
    ['code', false, 'none', 'hand_out_code'],
    ['code', false, 'fits', 'proceed'],
    ['code', false, 'wrong', 'hand_out_code'],
  ] as const)('mode %s, forms %s, code %s: %s', (mode, forms, code, step) => {
    expect(nextStep(mode, forms, code)).toBe(step);
  });
});

describe('the answer to a form', () => {
  it.each([
    [{ action: 'accept', content: { confirm: true } }, 'yes'],
    [{ action: 'accept', content: { confirm: true, more: 1 } }, 'yes'],
    [{ action: 'accept', content: { confirm: false } }, 'no'],
    [{ action: 'accept', content: { confirm: 'true' } }, 'no'],
    [{ action: 'accept', content: { confirm: [true] } }, 'no'],
    [{ action: 'accept', content: null }, 'no'],
    [{ action: 'accept' }, 'no'],
    [{ action: 'decline' }, 'no'],
    [{ action: 'cancel', content: { confirm: true } }, 'no'],
    [{ action: 'ACCEPT', content: { confirm: true } }, 'malformed'],
    [{}, 'malformed'],
    [null, 'malformed'],
    ['accept', 'malformed'],
  ])('%j is %s', (answer, meaning) => {
    expect(readForm(answer)).toBe(meaning);
  });
});

describe('a client shows forms', () => {
  it.each([
    [{ elicitation: {} }, true],
    [{ elicitation: { form: {} } }, true],
    [{ elicitation: { form: {}, url: {} } }, true],
    [{ elicitation: { applyDefaults: true } }, true],
    [{ elicitation: { url: {} } }, false],
    [{ elicitation: { form: null } }, false],
    [{ elicitation: null }, false],
    [{}, false],
    [undefined, false],
  ])('%j: %s', (capabilities, shows) => {
    expect(showsForms(capabilities)).toBe(shows);
  });
});

const MINUTE = 60_000;
const YES = { action: 'accept', content: { confirm: true } };
const question: ConfirmationRequest = {
  tool: 'delete_thread',
  args: { thread_id: '1', more: '2' },
  boundTo: 'Refund',
  message: 'Delete?',
  label: 'Yes',
};
const never = new AbortController().signal;

/** A client that shows forms, and answers them when the test says so. */
function askedClient() {
  const answers: ((answer: unknown) => void)[] = [];
  const beats: string[] = [];
  const asker: Asker = {
    forms: true,
    show: () => new Promise((resolve) => answers.push(resolve)),
    heartbeat: (message) => void beats.push(message),
  };
  return { asker, beats, answer: (value: unknown) => answers.shift()?.(value) };
}

const noForms: Asker = {
  forms: false,
  show: () => Promise.reject(new Error('it shows none')),
  heartbeat: () => undefined,
};

describe('a question by form', () => {
  it('is a yes on time', async () => {
    const { asker, answer } = askedClient();
    const decision = createGate('auto', manualClock())(question, undefined, asker, never);
    answer(YES);
    expect(await decision).toEqual({ kind: 'yes', by: 'form' });
  });

  it('is no yes after the call was given up', async () => {
    const { asker, answer } = askedClient();
    const call = new AbortController();
    const decision = createGate('auto', manualClock())(question, undefined, asker, call.signal);
    call.abort(new Error('given up'));
    answer(YES);
    await expect(decision).rejects.toThrow('given up');
  });

  it('is no yes after five minutes, though the client may not close the form', async () => {
    const clock = manualClock();
    const { asker, answer, beats } = askedClient();
    const decision = createGate('auto', clock)(question, undefined, asker, never);
    clock.advance(5 * MINUTE);
    answer(YES);
    expect(await decision).toEqual({ kind: 'no', why: 'timed_out' });
    expect(beats).toHaveLength(20);
    expect(clock.waiting()).toBe(0);
  });

  it('is not asked at all where the call was given up before', async () => {
    const { asker } = askedClient();
    await expect(createGate('auto', manualClock())(question, undefined, asker, AbortSignal.abort())).rejects.toThrow();
  });
});

describe('a code', () => {
  async function handedOut(clock = manualClock()) {
    const gate = createGate('auto', clock);
    const decision = await gate(question, undefined, noForms, never);
    if (decision.kind !== 'code') throw new Error(`no code, but ${decision.kind}`);
    return { gate, code: decision.code, clock };
  }
  const kind = async (decision: ReturnType<ReturnType<typeof createGate>>) => (await decision).kind;

  it('counts once, also for two calls at the same time', async () => {
    const { gate, code } = await handedOut();
    const both = [gate(question, code, noForms, never), gate(question, code, noForms, never)];
    expect((await Promise.all(both.map(kind))).sort()).toEqual(['code', 'yes']);
  });

  it('counts whatever the order of the arguments', async () => {
    const { gate, code } = await handedOut();
    expect(await kind(gate({ ...question, args: { more: '2', thread_id: '1' } }, code, noForms, never))).toBe('yes');
  });

  it.each([
    ['another tool', { tool: 'remove_thread_members' }],
    ['other arguments', { args: { thread_id: '2', more: '2' } }],
    ['more arguments', { args: { ...question.args, x: '1' } }],
    ['another name', { boundTo: 'Refund (paid)' }],
    ['a name that is unknown now', { boundTo: undefined }],
  ])('does not count for %s', async (_what, other) => {
    const { gate, code } = await handedOut();
    expect(await gate({ ...question, ...other }, code, noForms, never)).toMatchObject({
      kind: 'code',
      wrongCode: true,
    });
  });

  it('is not used up by a call that is asked by form', async () => {
    const { gate, code } = await handedOut();
    const { asker, answer } = askedClient();
    const byForm = gate(question, code, asker, never);
    answer({ action: 'decline' });
    expect(await byForm).toEqual({ kind: 'no', why: 'declined' });
    expect(await kind(gate(question, code, noForms, never))).toBe('yes');
  });

  it('is worthless once a new one was handed out, after five minutes, and when a hundred came after it', async () => {
    const renewed = await handedOut();
    await renewed.gate(question, undefined, noForms, never);
    expect(await kind(renewed.gate(question, renewed.code, noForms, never))).toBe('code');

    const old = await handedOut();
    old.clock.advance(5 * MINUTE);
    expect(await kind(old.gate(question, old.code, noForms, never))).toBe('code');

    const crowded = await handedOut();
    for (let n = 0; n < 100; n++) await crowded.gate({ ...question, args: { n } }, undefined, noForms, never);
    expect(await kind(crowded.gate(question, crowded.code, noForms, never))).toBe('code');
  });

  it('lives no longer where the clock is set back', async () => {
    const start = manualClock();
    let back = 0;
    const { gate, code } = await handedOut({ ...start, now: () => start.now() - back });
    start.advance(4 * MINUTE);
    await gate({ ...question, tool: 'x' }, code, noForms, never); // time is asked for
    back = 60 * MINUTE;
    await gate({ ...question, tool: 'x' }, code, noForms, never);
    start.advance(2 * MINUTE);
    expect(await kind(gate(question, code, noForms, never))).toBe('code');
  });
});
