import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { createStdio } from '../../src/mcp/stdio-transport.ts';
import { manualClock } from '../support/manual-clock.ts';

function start(longestLine = 64) {
  const input = new PassThrough();
  const output = new PassThrough();
  const clock = manualClock();
  const messages: object[] = [];
  const errors: string[] = [];
  let closed = 0;
  const transport = createStdio<object>({
    input,
    output,
    clock,
    longestLine,
    decode: (line) => {
      const message: unknown = JSON.parse(line);
      if (typeof message !== 'object' || message === null) throw new Error('no object');
      return Array.isArray(message) ? message : [message];
    },
    encode: JSON.stringify,
  });
  transport.onmessage = (message) => messages.push(message);
  transport.onerror = ({ message }) => errors.push(message);
  transport.onclose = () => {
    closed += 1;
  };
  void transport.start();
  const feed = async (...chunks: (string | Buffer)[]) => {
    for (const chunk of chunks) {
      input.write(chunk);
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  return { input, output, clock, messages, errors, transport, feed, closed: () => closed };
}

describe('lines', () => {
  it('are put together from any chunks, also where one cuts a character', async () => {
    const { messages, feed } = start();
    const line = Buffer.from('{"a":"名"}\r\n{"b":1}\n\n{"c":2}\n');
    await feed(...Array.from(line, (byte) => Buffer.from([byte])));
    expect(messages).toEqual([{ a: '名' }, { b: 1 }, { c: 2 }]);
  });

  it('that are broken or too long are passed over, and the next one counts', async () => {
    const { messages, errors, feed } = start();
    await feed('{"a":\n', `"${'x'.repeat(100)}`, 'y'.repeat(100), '"\n{"b":1}\n');
    expect(messages).toEqual([{ b: 1 }]);
    expect(errors).toEqual([
      'A line that is no JSON-RPC message was passed over.',
      'A line longer than 64 bytes was passed over.',
    ]);
  });
});

it('one that holds several messages gives them in their order', async () => {
  const { messages, feed } = start();
  await feed('[{"a":1},{"b":2}]\n[]\n{"c":3}\n');
  expect(messages).toEqual([{ a: 1 }, { b: 2 }, { c: 3 }]);
});

describe('the end of the input', () => {
  const ended = (input: PassThrough) => {
    const end = new Promise((resolve) => input.once('end', resolve));
    input.end();
    return end;
  };

  it('closes at once where nothing is under way', async () => {
    const { input, closed } = start();
    await ended(input);
    expect(closed()).toBe(1);
  });

  it('waits for calls under way, and closes with the last answer', async () => {
    const { input, transport, feed, closed } = start();
    await feed('[{"id":1,"method":"x"},{"id":2,"method":"x"}]\n{"method":"note"}\n');
    await ended(input);
    await transport.send({ id: 1, result: {} });
    expect(closed()).toBe(0);
    await transport.send({ id: 2, result: {} });
    expect(closed()).toBe(1);
  });

  it('waits half a second and no longer', async () => {
    const { input, clock, feed, closed } = start();
    await feed('{"id":1,"method":"x"}\n');
    await ended(input);
    clock.advance(499);
    expect(closed()).toBe(0);
    clock.advance(1);
    expect(closed()).toBe(1);
  });
});

it('a broken output closes it, once, and later messages go nowhere', async () => {
  const { output, transport, closed } = start();
  output.destroy(new Error('EPIPE'));
  await new Promise((resolve) => setImmediate(resolve));
  await transport.send({ id: 1, result: {} });
  expect(closed()).toBe(1);
});
