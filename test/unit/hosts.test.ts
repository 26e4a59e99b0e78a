import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { HOSTS } from '../hosts/all-hosts.ts';
import { CELLS } from '../hosts/cells.ts';
import { EXPECTED } from '../hosts/expected.ts';
import { anthropic } from '../hosts/model/anthropic.ts';
import type { Heard, Reply, Turn, Vendor } from '../hosts/model/conversation.ts';
import { gemini } from '../hosts/model/gemini.ts';
import { openaiChat } from '../hosts/model/openai-chat.ts';
import { openaiResponses } from '../hosts/model/openai-responses.ts';
import { countsFrom, nextReply, played } from '../hosts/script-player.ts';

/* The hosts themselves run with `npm run hosts`; what they are run with, and what the pages claim of it, is tested here. */

const read = (name: string): string => readFileSync(fileURLToPath(new URL(`../../${name}`, import.meta.url)), 'utf8');

describe.each(HOSTS.map((host) => [host.title, host] as const))('%s', (title, { name, version }) => {
  it('is on its page and in the table with the version that was run', () => {
    expect(read(`docs/hosts/${name}.md`)).toContain(`Run in ${title} ${version} `);
    expect(read('docs/compatibility.md')).toContain(`| ${title} ${version} `);
  });

  it('has something expected of each cell, and of no other', () => {
    const cells = CELLS.map((cell) => cell.name);
    expect(Object.keys(EXPECTED[name] ?? {}).filter((cell) => !cells.includes(cell))).toEqual([]);
    expect(read('docs/compatibility.md').match(/^\| [a-z].*$/gm)).toHaveLength(cells.length);
  });
});

const user: Turn = { role: 'user', text: 'SCENE:delete' };
const called: Turn = { role: 'call', text: 'delete_thread', args: '{}' };
const result = (text: string): Turn => ({ role: 'result', text });
const tools = [{ name: 'x_delete_thread' }, { name: 'x_list_thread_members' }];
const call = (reply: Reply) => (reply.kind === 'call' ? [reply.tool.name, reply.args] : reply.text);

describe('the scripted model', () => {
  const next = (...turns: Turn[]) => call(nextReply({ turns, tools }));
  const thread_id = '240000142270761';

  it('repeats a call with the code it was given, and then asks the server what is left', () => {
    expect(next(user)).toEqual(['x_delete_thread', { thread_id }]);
    const preview = result('{"confirmation_code":"AB23CD45"}');
    expect(next(user, called, preview)).toEqual(['x_delete_thread', { thread_id, confirmation_code: 'AB23CD45' }]);
    expect(next(user, called, preview, called, result('deleted'))).toEqual(['x_list_thread_members', { thread_id }]);
  });

  it('waits with a code until it counts', () => {
    const from = (said: string): number => {
      const heard = { turns: [user, called, result(said)], tools };
      return countsFrom(heard, nextReply(heard));
    };
    expect(from('{"confirmation_code":"AB23CD45"}')).toBe(0);
    const beside =
      'confirmation_code AB23CD45, which counts from 2026-11-26T09:30:10Z and not once the view was drawn.';
    expect(from(beside)).toBe(Date.UTC(2026, 10, 26, 9, 30, 10));
    expect(from('declined, counts from 2026-11-26T09:30:10Z')).toBe(0);
  });

  it('leaves out the second call where no code came', () => {
    expect(next(user, called, result('declined'))).toEqual(['x_list_thread_members', { thread_id }]);
    expect(next(user, called, result('declined'), called, result('7 members'))).toBe('done: delete');
  });

  it('looks for a tool that is not offered, once', () => {
    const search = { name: 'ToolSearch' };
    const reply = nextReply({ turns: [user], tools: [search] });
    expect(call(reply)).toEqual(['ToolSearch', { query: 'select:mcp__agora-threads__delete_thread' }]);
    const searched: Turn = {
      role: 'call',
      text: 'ToolSearch',
      args: '{"query":"select:mcp__agora-threads__delete_thread"}',
    };
    const after: Heard = { turns: [user, searched, result('')], tools: [search] };
    expect(call(nextReply(after))).toBe('done: delete, since delete_thread is not offered');
    expect(played(after)).toEqual({ scene: 'delete', calls: [] });
  });
});

/** One exchange of each vendor: the user's words and a tool, then a call and its result. */
const EXCHANGES: readonly (readonly [name: string, vendor: Vendor, url: string, body: unknown])[] = [
  [
    'Anthropic',
    anthropic,
    '/v1/messages',
    {
      tools: [{ name: 'list' }],
      messages: [
        { role: 'user', content: 'hello' },
        { role: 'assistant', content: [{ type: 'thinking' }, { type: 'tool_use', name: 'list', input: { a: 1 } }] },
        { role: 'user', content: [{ type: 'tool_result', content: [{ type: 'text', text: 'found' }] }] },
      ],
    },
  ],
  [
    'OpenAI Responses',
    openaiResponses,
    '/v1/responses',
    {
      tools: [{ type: 'function', name: 'list' }],
      input: [
        { role: 'user', content: [{ type: 'input_text', text: 'hello' }] },
        { type: 'function_call', name: 'list', arguments: '{"a":1}' },
        { type: 'function_call_output', output: 'found' },
      ],
    },
  ],
  [
    'OpenAI Chat Completions',
    openaiChat,
    '/v1/chat/completions',
    {
      tools: [{ function: { name: 'list' } }],
      messages: [
        { role: 'system', content: 'be good' },
        { role: 'user', content: 'hello' },
        { role: 'assistant', content: null, tool_calls: [{ function: { name: 'list', arguments: '{"a":1}' } }] },
        { role: 'tool', content: 'found' },
      ],
    },
  ],
  [
    'Gemini',
    gemini,
    '/v1beta/models/x:generateContent',
    {
      tools: [{ functionDeclarations: [{ name: 'list' }] }],
      contents: [
        { role: 'user', parts: [{ text: 'hello' }] },
        { role: 'model', parts: [{ functionCall: { name: 'list', args: { a: 1 } } }] },
        { role: 'user', parts: [{ functionResponse: { response: { output: 'found' } } }] },
      ],
    },
  ],
];

it.each(EXCHANGES)('hears what a host says to %s, and answers in kind', (_name, vendor, url, body) => {
  expect(url).toMatch(vendor.path);
  expect(vendor.hear(body)).toMatchObject({
    tools: [{ name: 'list' }],
    turns: [
      { role: 'user', text: 'hello' },
      { role: 'call', text: 'list', args: '{"a":1}' },
      { role: 'result', text: 'found' },
    ],
  });
  const asked = { url, body };
  expect(vendor.say({ kind: 'text', text: 'my last word' }, asked).body).toContain('my last word');
  expect(vendor.say({ kind: 'call', tool: { name: 'list' }, args: { b: 2 } }, asked).body).toMatch(/\bb\\*":2/);
});
