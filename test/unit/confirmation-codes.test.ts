import { describe, expect, it } from 'vitest';
import type { Asker } from '../../src/toolkit/ask-by-form.ts';
import { startCallTime } from '../../src/toolkit/call-time.ts';
import type { ToolContext } from '../../src/toolkit/define-tool.ts';
import { type Binding, CONFIRM_TIME_MS, createGate, type Yes } from '../../src/toolkit/gate.ts';
import type { Step } from '../../src/toolkit/way-to-ask.ts';
import { manualClock } from '../support/manual-clock.ts';
import { named } from '../support/named-target.ts';

const binding: Binding = { tool: 'delete_thread', args: { thread_id: '1', more: '2' } };
const REFUND = [named('Refund')];

/** The gate of a session, in which a code does nothing but say what it stands for. */
function start(clock = manualClock()) {
  const gate = createGate('auto', clock);
  // No code looks into the context of the call that brings it.
  const context = { time: startCallTime(clock, new AbortController().signal) } as ToolContext;
  function redeem(of: Binding, code: string, step: Step = 'hand_out_code'): Yes | undefined {
    let said: Yes | undefined;
    const act = (yes: Yes) => {
      said = yes;
      return Promise.resolve(() => ({ structured: { summary: 'done' }, text: 'done' }));
    };
    return gate.redeem(of, code, step, act, context) && said;
  }
  const issue = (of = binding, targets = REFUND) => gate.issueCode(of, targets);
  const carryOn = () => gate.issueCode(binding, REFUND, { by: 'form', at: 5, targets: REFUND }).code;
  async function askByForm(answer: unknown): Promise<string> {
    const asker: Asker = { step: 'ask_by_form', formIs: 'form', show: async () => answer, heartbeat: () => undefined };
    return gate.ask(binding, { message: 'Delete?', title: 'Delete' }, asker, context.time);
  }
  const openInView = (of = binding) =>
    gate.open({
      binding: of,
      message: 'Delete?',
      targets: REFUND,
      view: { action: 'delete', app: 'x', host: 'x', sandbox: false, items: [] },
      act: () => Promise.reject(new Error('no code beside a view')),
      declined: () => () => ({ structured: { summary: 'no' }, text: 'no' }),
    });
  const clickNo = (approval: string) => gate.answer(approval, 'no', context);
  return { clock, issue, carryOn, redeem, askByForm, openInView, clickNo, ...issue() };
}

describe('a confirmation code', () => {
  it('is eight letters and digits that cannot be mistaken for one another', () => {
    for (let n = 0; n < 100; n++) expect(start().code).toMatch(/^[2-9A-HJ-NP-Z]{8}$/);
  });

  it('stands for what was shown, once, and says no more than that a second call was made', () => {
    const { redeem, code, clock } = start();
    expect(redeem(binding, code)).toEqual({ by: 'code', at: clock.now(), targets: REFUND });
    expect(redeem(binding, code)).toBeUndefined();
  });

  it('counts whatever the order of the arguments', () => {
    const { redeem, code } = start();
    expect(redeem({ ...binding, args: { more: '2', thread_id: '1' } }, code)).toBeDefined();
  });

  it.each<[string, Partial<Binding>]>([
    ['another tool', { tool: 'delete_threads' }],
    ['other arguments', { args: { thread_id: '2', more: '2' } }],
    ['fewer arguments', { args: { thread_id: '1' } }],
    ['more arguments', { args: { ...binding.args, x: '1' } }],
    ['a list in another order', { args: { thread_id: ['2', '1'] } }],
  ])('does not count for %s, and is not used up by it', (_what, other) => {
    const { redeem, code } = start();
    expect(redeem({ ...binding, ...other }, code)).toBeUndefined();
    expect(redeem(binding, code)).toBeDefined();
  });

  it.each<Step>(['ask_by_form', 'ask_by_click', 'refuse'])(
    'is not used up by a made-up one, nor where it does not count (%s)',
    (step) => {
      const { redeem, code } = start();
      expect(redeem(binding, 'ABCDEFGH')).toBeUndefined();
      expect(redeem(binding, code, step)).toBeUndefined();
      expect(redeem(binding, code)).toBeDefined();
    },
  );

  it('lives fifteen minutes, and says until when', () => {
    const { redeem, code, expiresAt, clock } = start();
    expect(CONFIRM_TIME_MS).toBe(15 * 60_000);
    expect(expiresAt).toBe(clock.now() + CONFIRM_TIME_MS);
    clock.advance(CONFIRM_TIME_MS - 1);
    expect(redeem(binding, code)).toBeDefined();
    const late = start();
    late.clock.advance(CONFIRM_TIME_MS);
    expect(late.redeem(binding, late.code)).toBeUndefined();
  });

  it('lives no longer where the clock is set back', () => {
    const manual = manualClock();
    let back = 0;
    const { issue, redeem, code } = start({ ...manual, now: () => manual.now() - back });
    manual.advance(CONFIRM_TIME_MS - 60_000);
    issue({ ...binding, tool: 'x' }); // time is asked for
    back = 60 * 60_000;
    issue({ ...binding, tool: 'x' });
    manual.advance(60_000);
    expect(redeem(binding, code)).toBeUndefined();
  });

  it('is worthless once the same call was given another', () => {
    const { issue, redeem, code } = start();
    const other = issue(binding, [named('Paid')]).code;
    expect(redeem(binding, code)).toBeUndefined();
    expect(redeem(binding, other)).toMatchObject({ targets: [named('Paid')] });
  });

  it.each([
    [99, true],
    [100, false],
  ])('among %i newer ones of other calls counts: %s', (others, counts) => {
    const { issue, redeem, code } = start();
    for (let n = 0; n < others; n++) issue({ ...binding, args: { n } });
    expect(redeem(binding, code) !== undefined).toBe(counts);
  });
});

describe('a code that carries on a yes', () => {
  it.each<Step>(['ask_by_form', 'ask_by_click', 'hand_out_code', 'refuse'])(
    'counts where the next step is %s, by the same yes',
    (step) => {
      const { redeem, carryOn } = start();
      expect(redeem(binding, carryOn(), step)).toEqual({ by: 'form', at: 5, targets: REFUND });
    },
  );

  it('counts once, and for nothing but its targets', () => {
    const { redeem, carryOn } = start();
    const code = carryOn();
    expect(redeem({ ...binding, args: { thread_id: '2' } }, code, 'ask_by_form')).toBeUndefined();
    expect(redeem({ ...binding, tool: 'delete_threads' }, code, 'ask_by_form')).toBeUndefined();
    expect(redeem(binding, code, 'ask_by_form')).toBeDefined();
    expect(redeem(binding, code, 'ask_by_form')).toBeUndefined();
  });

  it.each([
    [{ action: 'accept', content: { confirm: true } }, 'yes'],
    [{ action: 'cancel' }, 'dismissed'],
  ])('ends when the same is asked again by form: %j', async (answer, said) => {
    const { redeem, carryOn, askByForm } = start();
    const code = carryOn();
    const asked = askByForm(answer);
    expect(redeem(binding, code, 'ask_by_form')).toBeUndefined();
    expect(await asked).toBe(said);
  });

  it('ends when the same is asked in a view', () => {
    const { redeem, carryOn, openInView } = start();
    const code = carryOn();
    openInView({ ...binding, tool: 'delete_threads' });
    expect(redeem(binding, code, 'ask_by_click')).toBeDefined();
    const again = carryOn();
    openInView();
    expect(redeem(binding, again, 'ask_by_click')).toBeUndefined();
  });

  it('ends when the user clicks no to anything', () => {
    const { redeem, carryOn, openInView, clickNo } = start();
    const { approval } = openInView({ ...binding, tool: 'delete_threads' });
    const code = carryOn();
    clickNo(approval);
    expect(redeem(binding, code, 'ask_by_click')).toBeUndefined();
  });

  it('ends when the user says no to anything by form, and not when they say yes', async () => {
    const { redeem, issue, askByForm } = start();
    const other = { ...binding, tool: 'delete_threads' };
    const { code } = issue(other);
    await askByForm({ action: 'accept', content: { confirm: true } });
    expect(redeem(other, code)).toBeDefined();
    const last = issue(other).code;
    await askByForm({ action: 'cancel' });
    expect(redeem(other, last)).toBeUndefined();
  });
});
