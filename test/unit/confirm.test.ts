import { describe, expect, it } from 'vitest';
import { nextStep, readForm, showsForms } from '../../src/confirm.ts';

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
