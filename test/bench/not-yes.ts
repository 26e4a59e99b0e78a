/** Every answer to a form except a yes. */
export const NOT_YES: readonly object[] = [
  { result: { action: 'decline' } },
  { result: { action: 'cancel' } },
  { result: { action: 'accept' } },
  { result: { action: 'accept', content: {} } },
  { result: { action: 'accept', content: { confirm: false } } },
  { result: { action: 'accept', content: { confirm: 'true' } } },
  { result: { action: 'accept', content: { confirm: [true] } } },
  { result: { action: ['accept'], content: { confirm: true } } },
  { result: { action: 'decline', content: { confirm: true } } },
  { result: null },
  { result: [] },
  { result: 'accept' },
  { error: { code: -32601, message: 'no' } },
  { error: 'no' },
  {},
];
