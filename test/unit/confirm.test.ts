import { describe, expect, it } from 'vitest';
import { startCallTime } from '../../src/toolkit/call-time.ts';
import {
  type Asker,
  createGate,
  type Decision,
  FORM_TIME_MS,
  formParams,
  type Gate,
  readForm,
} from '../../src/toolkit/confirm.ts';
import type { Binding } from '../../src/toolkit/confirmation-codes.ts';
import type { Asked } from '../../src/toolkit/open-questions.ts';
import { nextStep, readShows, type Shows } from '../../src/toolkit/way-to-ask.ts';
import { manualClock } from '../support/manual-clock.ts';

describe('the decision before anything is lost', () => {
  it.each([
    ['auto', true, true, 'ask_by_form'],
    ['auto', true, false, 'ask_by_form'],
    ['auto', false, true, 'ask_by_click'],
    ['auto', false, false, 'hand_out_code'],
    ['person', true, true, 'ask_by_form'],
    ['person', true, false, 'ask_by_form'],
    ['person', false, true, 'ask_by_click'],
    ['person', false, false, 'refuse'],
    ['code', true, true, 'hand_out_code'],
    ['code', true, false, 'hand_out_code'],
    ['code', false, true, 'hand_out_code'],
    ['code', false, false, 'hand_out_code'],
  ] as const)('mode %s, forms %s, views %s: %s', (mode, forms, views, step) => {
    expect(nextStep(mode, { forms, views })).toBe(step);
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
    expect(readShows(capabilities)).toEqual({ forms: shows, views: false });
  });
});

describe('a client draws views', () => {
  const ui = (declared: unknown) => ({ extensions: { 'io.modelcontextprotocol/ui': declared } });
  it.each([
    [ui({ mimeTypes: ['text/html;profile=mcp-app'] }), true],
    [ui({ mimeTypes: [1, 'text/html', 'text/html;profile=mcp-app'], more: {} }), true],
    [ui({ mimeTypes: ['text/html'] }), false],
    [ui({ mimeTypes: 'text/html;profile=mcp-app' }), false],
    [ui({ mimeTypes: [] }), false],
    [ui({}), false],
    [ui(null), false],
    [{ extensions: {} }, false],
    [{ extensions: null }, false],
    [{ experimental: ui({ mimeTypes: ['text/html;profile=mcp-app'] }).extensions }, false],
    [{}, false],
    [undefined, false],
  ])('%j: %s', (capabilities, views) => {
    expect(readShows(capabilities)).toEqual({ forms: false, views });
  });
});

const YES = { action: 'accept', content: { confirm: true } };
const binding: Binding = { tool: 'delete_thread', args: { thread_id: '1' } };
const question = { message: 'Delete?', title: 'Delete' };
const FORMS: Shows = { forms: true, views: false };
const NOTHING: Shows = { forms: false, views: false };

/** A gate that keeps the names that were shown, and one call that is asked. */
function start(mode: 'auto' | 'person' | 'code' = 'auto', formIs: 'form' | 'terminal' | 'flag' = 'form') {
  const clock = manualClock();
  const client = new AbortController();
  const gate = createGate<string>(mode, clock, formIs);
  const asked: Asked<string> = {
    binding,
    question,
    kept: 'Refund',
    names: ['Refund'],
    view: { action: 'delete', app: 'x', host: 'x', sandbox: false, items: [] },
    act: () => Promise.reject(new Error('nobody clicks')),
    declined: () => ({ structured: { summary: 'declined' }, text: 'declined' }),
  };
  const ask = (asker: Asker): Promise<Decision<string>> => gate.ask(asked, asker, startCallTime(clock, client.signal));
  return { clock, client, gate, ask };
}

/** A client that shows forms, and answers them when the test says so. */
function askedClient() {
  const answers: ((answer: unknown) => void)[] = [];
  const beats: string[] = [];
  const asker: Asker = {
    shows: FORMS,
    show: () => new Promise((resolve) => answers.push(resolve)),
    heartbeat: (message) => void beats.push(message),
  };
  return { asker, beats, answer: (value: unknown) => answers.shift()?.(value) };
}

const noForms: Asker = {
  shows: NOTHING,
  show: () => Promise.reject(new Error('it shows none')),
  heartbeat: () => undefined,
};

describe('a question by form', () => {
  it.each(['form', 'terminal', 'flag'] as const)('is a yes on time, by %s', async (formIs) => {
    const { ask, clock } = start('auto', formIs);
    const { asker, answer } = askedClient();
    const decision = ask(asker);
    answer(YES);
    expect(await decision).toEqual({ kind: 'yes', yes: { by: formIs, at: clock.now(), kept: 'Refund' } });
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
    expect(await ask({ ...noForms, shows: FORMS })).toEqual({ kind: 'no', why: 'failed' });
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
  const codeOf = async (decision: Promise<Decision<string>>): Promise<string> => {
    const made = await decision;
    if (made.kind !== 'code') throw new Error(`no code, but ${made.kind}`);
    return made.code;
  };
  const leftOver = (gate: Gate<string>) => gate.carryOn(binding, { by: 'form', at: 5, kept: 'Refund' }).code;

  it('stands for what was shown, and says no more than that a second call was made', async () => {
    const { gate, ask } = start();
    const code = await codeOf(ask(noForms));
    expect(gate.redeem(binding, code, NOTHING)).toMatchObject({ by: 'code', kept: 'Refund' });
    expect(gate.redeem(binding, code, NOTHING)).toBeUndefined();
  });

  it('of a question does not count where a form decides, and is not used up there', async () => {
    const { gate, ask } = start();
    const code = await codeOf(ask(noForms));
    expect(gate.redeem(binding, code, FORMS)).toBeUndefined();
    expect(gate.redeem(binding, code, NOTHING)).toMatchObject({ by: 'code' });
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
    expect(gate.redeem(binding, leftOver(gate), { forms, views: false })).toEqual({
      by: 'form',
      at: 5,
      kept: 'Refund',
    });
  });

  it('that carries on a yes counts once, and for nothing but its targets', () => {
    const { gate } = start('person');
    const code = leftOver(gate);
    expect(gate.redeem({ ...binding, args: { thread_id: '2' } }, code, FORMS)).toBeUndefined();
    expect(gate.redeem({ ...binding, tool: 'delete_threads' }, code, FORMS)).toBeUndefined();
    expect(gate.redeem(binding, code, FORMS)).toBeDefined();
    expect(gate.redeem(binding, code, FORMS)).toBeUndefined();
  });

  it('that carries on a yes ends when the same is asked again', async () => {
    const { gate, ask } = start();
    const code = leftOver(gate);
    const { asker, answer } = askedClient();
    const decision = ask(asker);
    expect(gate.redeem(binding, code, FORMS)).toBeUndefined();
    answer(YES);
    expect(await decision).toMatchObject({ kind: 'yes' });
  });

  it('is never given by a question in mode person', async () => {
    expect(await start('person').ask(noForms)).toEqual({ kind: 'no', why: 'no_way_to_ask' });
  });
});
