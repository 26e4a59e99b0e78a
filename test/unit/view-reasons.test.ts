import { expect, it, onTestFinished } from 'vitest';
import { forget, secret, toRedactedJson } from '../../src/base/redact.ts';
import { reasonsInChinese } from '../../src/mcp/view-reasons.ts';

it('the reasons for the view hold no secret, and stand by the English that leaves', () => {
  const token = secret('YWMt-a-token-that-must-not-leave');
  onTestFinished(() => forget(token));
  const words = `forbidden: ${token} is not allowed to`;
  const text = `Nothing was deleted with ${token}`;
  const zh = reasonsInChinese({ text, because: { no: 'declined' }, rowReasons: [{ words, code: 'forbidden' }] });
  const sent: unknown = JSON.parse(toRedactedJson({ zh, words, text }));
  expect(JSON.stringify(sent)).not.toContain(token);
  expect(sent).toMatchObject({
    zh: {
      'forbidden: [redacted] is not allowed to': expect.any(String),
      'Nothing was deleted with [redacted]': '用户拒绝了。',
    },
    words: 'forbidden: [redacted] is not allowed to',
  });
});
