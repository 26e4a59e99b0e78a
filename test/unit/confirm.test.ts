import { describe, expect, it } from 'vitest';
import { startCallTime } from '../../src/toolkit/call-time.ts';
import {
  type Asker,
  createGate,
  type Decision,
  FORM_TIME_MS,
  formParams,
  type Gate,
  nextStep,
  readForm,
  showsForms,
} from '../../src/toolkit/confirm.ts';
import type { Binding } from '../../src/toolkit/confirmation-codes.ts';
import { manualClock } from '../support/manual-clock.ts';

describe('the decision before anything is lost', () => {
  it.each([
    ['auto', true, 'ask_by_form'],
    ['auto', false, 'hand_out_code'],
    ['person', true, 'ask_by_form'],
    ['person', false, 'refuse'],
    ['code', true, 'hand_out_code'],
    ['code', false, 'hand_out_code'],
  ] as const)('mode %s, forms %s: %s', (mode, forms, step) => {
    expect(nextStep(mode, forms)).toBe(step);
  });
});

describe('the answer to a form', () => {
  it.each([
    [{ action: 'accept', content: { confirm: true } }, 'yes'],
    [{ action: 'accept', content: { confirm: true, more: 1 } }, 'yes'],
    [{ action: 'accept', content: { confirm: false } }, 'not_ticked'],
    [{ action: 'accept', content: { confirm: 'true' } }, 'failed'],
    [{ action: 'accept', content: { confirm: [true] } }, 'failed'],
    [{ action: 'accept', content: { confirm: 1 } }, 'failed'],
    [{ action: 'accept', content: {} }, 'failed'],
    [{ action: 'accept', content: null }, 'failed'],
    [{ action: 'accept' }, 'failed'],
    [{ action: 'decline' }, 'declined'],
    [{ action: 'decline', content: { confirm: true } }, 'declined'],
    [{ action: 'cancel', content: { confirm: true } }, 'dismissed'],
    [{ action: 'ACCEPT', content: { confirm: true } }, 'failed'],
    [{}, 'failed'],
    [null, 'failed'],
    ['accept', 'failed'],
  ])('%j is %s', (answer, meaning) => {
    expect(readForm(answer)).toBe(meaning);
  });
});

describe('a form', () => {
  it('has one required box that is not ticked', () => {
    expect(formParams({ message: 'Delete?', title: 'Delete' })).toEqual({
      message: 'Delete?',
      requestedSchema: {
        type: 'object',
        properties: { confirm: { type: 'boolean', title: 'Delete', default: false } },
        required: ['confirm'],
      },
    });
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

const YES = { action: 'accept', content: { confirm: true } };
const binding: Binding = { tool: 'delete_thread', args: { thread_id: '1' } };
const question = { message: 'Delete?', title: 'Delete' };

/** A gate that keeps the names that were shown, and one call that is asked. */
function start(mode: 'auto' | 'person' | 'code' = 'auto', formIs: 'form' | 'terminal' | 'flag' = 'form') {
  const clock = manualClock();
  const client = new AbortController();
  const gate = createGate<string>(mode, clock, formIs);
  const ask = (asker: Asker): Promise<Decision> =>
    gate.ask(binding, question, 'Refund', asker, startCallTime(clock, client.signal));
  return { clock, client, gate, ask };
}

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
  it.each(['form', 'terminal', 'flag'] as const)('is a yes on time, by %s', async (formIs) => {
    const { ask } = start('auto', formIs);
    const { asker, answer } = askedClient();
    const decision = ask(asker);
    answer(YES);
    expect(await decision).toEqual({ kind: 'yes', by: formIs });
  });

  it.each([
    [{ action: 'decline' }, 999, 'declined_at_once'],
    [{ action: 'decline' }, 1_000, 'declined'],
    [{ action: 'cancel' }, 0, 'dismissed'],
    [{ action: 'accept', content: { confirm: false } }, 0, 'not_ticked'],
    [{ action: 'accept' }, 0, 'failed'],
  ])('answered %j after %i ms is no yes: %s', async (value, ms, why) => {
    const { clock, ask } = start();
    const { asker, answer } = askedClient();
    const decision = ask(asker);
    clock.advance(ms);
    answer(value);
    expect(await decision).toEqual({ kind: 'no', why });
  });

  it('is no yes where the client cannot show it', async () => {
    const { ask } = start();
    expect(await ask({ ...noForms, forms: true })).toEqual({ kind: 'no', why: 'failed' });
  });

  it('is no yes after the call was given up', async () => {
    const { client, ask } = start();
    const { asker, answer } = askedClient();
    const decision = ask(asker);
    client.abort(new Error('given up'));
    answer(YES);
    await expect(decision).rejects.toThrow('given up');
  });

  it('is no yes after five minutes, though the client may not close the form', async () => {
    const { clock, ask } = start();
    const { asker, answer, beats } = askedClient();
    const decision = ask(asker);
    expect(FORM_TIME_MS).toBe(5 * 60_000);
    clock.advance(FORM_TIME_MS);
    answer(YES);
    expect(await decision).toEqual({ kind: 'no', why: 'timed_out' });
    expect(beats).toHaveLength(20);
    expect(clock.waiting()).toBe(2); // the time of the call goes on
  });

  it('is not asked at all where the call was given up before', async () => {
    const { client, ask } = start();
    client.abort(new Error('given up'));
    await expect(ask(askedClient().asker)).rejects.toThrow('given up');
  });
});

describe('a code', () => {
  const codeOf = async (decision: Promise<Decision>): Promise<string> => {
    const made = await decision;
    if (made.kind !== 'code') throw new Error(`no code, but ${made.kind}`);
    return made.code;
  };
  const leftOver = (gate: Gate<string>) => gate.carryOn(binding, { by: 'form', kept: 'Refund' }).code;

  it('stands for what was shown, and says no more than that a second call was made', async () => {
    const { gate, ask } = start();
    const code = await codeOf(ask(noForms));
    expect(gate.redeem(binding, code, false)).toEqual({ by: 'code', kept: 'Refund' });
    expect(gate.redeem(binding, code, false)).toBeUndefined();
  });

  it('of a question does not count where a form decides, and is not used up there', async () => {
    const { gate, ask } = start();
    const code = await codeOf(ask(noForms));
    expect(gate.redeem(binding, code, true)).toBeUndefined();
    expect(gate.redeem(binding, code, false)).toMatchObject({ by: 'code' });
  });

  it.each([
    ['auto', true],
    ['auto', false],
    ['person', true],
    ['person', false],
    ['code', true],
    ['code', false],
  ] as const)('that carries on a yes counts in mode %s with forms %s, by the same yes', (mode, forms) => {
    const { gate } = start(mode);
    expect(gate.redeem(binding, leftOver(gate), forms)).toEqual({ by: 'form', kept: 'Refund' });
  });

  it('that carries on a yes counts once, and for nothing but its targets', () => {
    const { gate } = start('person');
    const code = leftOver(gate);
    expect(gate.redeem({ ...binding, args: { thread_id: '2' } }, code, true)).toBeUndefined();
    expect(gate.redeem({ ...binding, tool: 'delete_threads' }, code, true)).toBeUndefined();
    expect(gate.redeem(binding, code, true)).toBeDefined();
    expect(gate.redeem(binding, code, true)).toBeUndefined();
  });

  it('is never given by a question in mode person', async () => {
    expect(await start('person').ask(noForms)).toEqual({ kind: 'no', why: 'no_forms' });
  });
});
