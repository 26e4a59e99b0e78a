import { describe, expect, it } from 'vitest';
import { type Asker, askByForm, FORM_TIME_MS, formParams, readForm } from '../../src/toolkit/ask-by-form.ts';
import { startCallTime } from '../../src/toolkit/call-time.ts';
import { nextStep, readShows } from '../../src/toolkit/way-to-ask.ts';
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

/** A call that asks by form, and a client that answers when the test says so. */
function start() {
  const clock = manualClock();
  const client = new AbortController();
  const answers: ((answer: unknown) => void)[] = [];
  const beats: string[] = [];
  const asker: Asker = {
    step: 'ask_by_form',
    formIs: 'form',
    show: () => new Promise((resolve) => answers.push(resolve)),
    heartbeat: (message) => void beats.push(message),
  };
  const time = startCallTime(clock, client.signal);
  const ask = (more: Partial<Asker> = {}) =>
    time.pause(() => askByForm({ message: 'Delete?', title: 'Delete' }, { ...asker, ...more }, clock, time));
  return { clock, client, beats, ask, answer: (value: unknown) => answers.shift()?.(value) };
}

describe('a question by form', () => {
  it.each([
    [YES, 0, 'yes'],
    [{ action: 'decline' }, 999, 'declined_at_once'],
    [{ action: 'decline' }, 1_000, 'declined'],
    [{ action: 'cancel' }, 0, 'dismissed'],
    [{ action: 'accept', content: { confirm: false } }, 0, 'not_ticked'],
    [{ action: 'accept' }, 0, 'failed'],
  ])('answered %j after %i ms: %s', async (value, ms, said) => {
    const { clock, ask, answer } = start();
    const asked = ask();
    clock.advance(ms);
    answer(value);
    expect(await asked).toBe(said);
  });

  it('is no yes where the client cannot show it', async () => {
    const { ask } = start();
    expect(await ask({ show: () => Promise.reject(new Error('it shows none')) })).toBe('failed');
  });

  it('is no yes after the call was given up', async () => {
    const { client, ask, answer } = start();
    const asked = ask();
    client.abort(new Error('given up'));
    answer(YES);
    await expect(asked).rejects.toThrow('given up');
  });

  it('is no yes after five minutes, though the client may not close the form', async () => {
    const { clock, ask, answer, beats } = start();
    const asked = ask();
    expect(FORM_TIME_MS).toBe(5 * 60_000);
    clock.advance(FORM_TIME_MS);
    answer(YES);
    expect(await asked).toBe('timed_out');
    expect(beats).toHaveLength(20);
    expect(clock.waiting()).toBe(2); // the time of the call goes on
  });

  it('is not asked at all where the call was given up before', async () => {
    const { client, ask } = start();
    client.abort(new Error('given up'));
    await expect(ask()).rejects.toThrow('given up');
  });
});
