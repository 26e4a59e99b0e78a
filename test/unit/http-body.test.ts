import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { beginsSession, readBody } from '../../src/mcp/streamable-http.ts';

const PING = { jsonrpc: '2.0', id: 1, method: 'ping' };
const HELLO = {
  jsonrpc: '2.0',
  id: 1,
  method: 'initialize',
  params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'x', version: '1' } },
};
const read = (json: unknown) => readBody(JSON.stringify(json));

describe('the body of a POST', () => {
  it('is a message, or a batch of them', () => {
    expect(read(PING)).toEqual([PING]);
    expect(read([PING, { jsonrpc: '2.0', method: 'notifications/initialized' }])).toHaveLength(2);
    expect(read(Array.from({ length: 100 }, (_, id) => ({ ...PING, id })))).toHaveLength(100);
  });

  it('ends the wait for an answer even where the answer is malformed', () => {
    expect(read({ jsonrpc: '2.0', id: 7, result: 'yes' })).toEqual([
      { jsonrpc: '2.0', id: 7, error: expect.objectContaining({ message: 'The answer is no object' }) },
    ]);
  });

  it.each([
    ['{"jsonrpc":', 'The body is no JSON.'],
    ['', 'The body is no JSON.'],
    ['[]', 'The batch is empty.'],
    ['[null]', 'The body is no JSON-RPC message.'],
    ['{"hello":"world"}', 'The body is no JSON-RPC message.'],
    [JSON.stringify(Array.from({ length: 101 }, () => PING)), 'A batch has at most 100 messages.'],
  ])('%.30s is refused: %s', (text, error) => {
    expect(readBody(text)).toEqual({ error });
  });

  it('with one malformed request is refused as a whole, by the id of that request', () => {
    expect(read([PING, { jsonrpc: '2.0', id: 2, method: 'ping', params: 'none' }])).toMatchObject({ error: { id: 2 } });
  });

  it('of any text and any JSON is messages or a refusal', () => {
    const check = (text: string): void => {
      const body = readBody(text);
      if ('error' in body) expect(body.error).toBeTruthy();
      else expect(body.length).toBeGreaterThan(0);
    };
    fc.assert(fc.property(fc.string({ unit: 'binary' }), check));
    fc.assert(fc.property(fc.json(), check));
    const part = fc.record(
      { jsonrpc: fc.constant('2.0'), id: fc.jsonValue(), method: fc.jsonValue(), params: fc.jsonValue() },
      { requiredKeys: [] },
    );
    fc.assert(fc.property(fc.array(part), (parts) => check(JSON.stringify(parts))));
  });

  it('begins a session where it is one hello and nothing else', () => {
    const begins = (json: unknown): boolean => {
      const body = read(json);
      return !('error' in body) && beginsSession(body);
    };
    expect(begins(HELLO)).toBe(true);
    expect(begins([HELLO])).toBe(true);
    expect(begins([HELLO, PING])).toBe(false);
    expect(begins(PING)).toBe(false);
    expect(begins({ ...HELLO, params: {} })).toBe(false);
  });
});
