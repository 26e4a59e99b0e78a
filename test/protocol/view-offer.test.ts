import { readFile } from 'node:fs/promises';
import {
  getToolUiResourceUri,
  isToolVisibilityAppOnly,
  isToolVisibilityModelOnly,
  McpUiResourceMetaSchema,
  RESOURCE_MIME_TYPE,
} from '@modelcontextprotocol/ext-apps/app-bridge';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { CONFIRM_MODES } from '../../src/settings/schema.ts';
import { type ClientOptions, connectClient } from '../support/client.ts';
import { classicSettings } from '../support/http.ts';
import { threadService, threadsOf } from '../support/thread-service.ts';

// What a client is offered depends on what it declared: a view, a form, both or neither.

const FORM: ClientOptions = { form: () => ({ action: 'decline' }) };
const LISTS = ['find_threads', 'list_threads', 'list_user_threads', 'list_user_group_threads'];
const DELETIONS = ['delete_thread', 'delete_threads', 'remove_thread_members'];

const tools = z.array(z.looseObject({ name: z.string(), _meta: z.record(z.string(), z.unknown()).optional() }));

async function offered(options: ClientOptions = {}) {
  const { client } = await connectClient(options);
  return tools.parse((await client.listTools()).tools);
}

const isDrawn = ({ _meta }: z.output<typeof tools>[number]): boolean => _meta?.['ui/resourceUri'] !== undefined;
const drawn = (listed: z.output<typeof tools>): string[] => listed.filter(isDrawn).map(({ name }) => name);

describe('the list of tools', () => {
  it('without views says nothing of them: it is the same byte for byte with forms, and in all modes', async () => {
    const plain = JSON.stringify(await offered());
    expect(plain).not.toMatch(/"ui|answer_confirmation/);
    expect(JSON.stringify(await offered(FORM))).toBe(plain);
    for (const AGORA_THREADS_CONFIRM of CONFIRM_MODES) {
      expect(JSON.stringify(await offered({ env: { AGORA_THREADS_CONFIRM } }))).toBe(plain);
    }
  });

  it('with views differs in _meta alone, and in the one tool that only a view may call', async () => {
    const plain = await offered();
    const listed = await offered({ views: true });
    const without = (all: z.output<typeof tools>) => all.map(({ _meta, ...tool }) => tool);
    expect(without(listed.filter(({ name }) => name !== 'answer_confirmation'))).toEqual(without(plain));
    expect(drawn(listed).sort()).toEqual([...LISTS, ...DELETIONS].sort());
    expect(listed.find(({ name }) => name === 'find_threads')?._meta).toEqual({
      ui: { resourceUri: 'ui://agora-threads/view.html' },
      'ui/resourceUri': 'ui://agora-threads/view.html',
    });
    expect(listed.find(({ name }) => name === 'delete_thread')?._meta).toEqual({
      'anthropic/requiresUserInteraction': true,
      ui: { resourceUri: 'ui://agora-threads/view.html' },
      'ui/resourceUri': 'ui://agora-threads/view.html',
    });
    const answer = listed.find(({ name }) => name === 'answer_confirmation');
    await expect(JSON.stringify(answer, null, 2)).toMatchFileSnapshot('__snapshots__/tools/answer_confirmation.json');
  });

  it.each([
    ['forms too', { ...FORM, views: true }, LISTS, false],
    ['codes wanted by the operator', { env: { AGORA_THREADS_CONFIRM: 'code' }, views: true }, LISTS, false],
    ['only a person wanted', { env: { AGORA_THREADS_CONFIRM: 'person' }, views: true }, [...LISTS, ...DELETIONS], true],
    ['nothing to be deleted', { env: { AGORA_THREADS_READ_ONLY: '1' }, views: true }, LISTS, false],
    [
      'one tool that deletes',
      { env: { AGORA_THREADS_TOOLS: 'delete_thread,get_thread' }, views: true },
      ['delete_thread'],
      true,
    ],
  ])('with views, and %s', async (_what, options, withView, answers) => {
    const listed = await offered(options);
    expect(drawn(listed).sort()).toEqual([...withView].sort());
    expect(listed.some(({ name }) => name === 'answer_confirmation')).toBe(answers);
  });
});

it('is read by the host side of the SDK of MCP Apps as it is meant', async () => {
  const { client } = await connectClient({ views: true });
  const listed = tools.parse((await client.listTools()).tools);
  const names = (fits: (tool: { _meta?: Record<string, unknown> }) => unknown): string[] =>
    listed.filter(({ _meta = {} }) => fits({ _meta })).map(({ name }) => name);
  expect(names((tool) => getToolUiResourceUri(tool) === 'ui://agora-threads/view.html').sort()).toEqual(
    [...LISTS, ...DELETIONS].sort(),
  );
  expect(names(isToolVisibilityAppOnly)).toEqual(['answer_confirmation']);
  expect(names(isToolVisibilityModelOnly)).toEqual([]);
  const { contents } = await client.readResource({ uri: 'ui://agora-threads/view.html' });
  expect(contents).toMatchObject([{ mimeType: RESOURCE_MIME_TYPE }]);
  expect(McpUiResourceMetaSchema.parse(contents[0]?._meta?.['ui'])).toEqual({ prefersBorder: true });
});

describe('the page', () => {
  it('is a resource for clients that draw views', async () => {
    const { client } = await connectClient({ views: true });
    expect(await client.listResources()).toEqual({
      resources: [
        {
          uri: 'ui://agora-threads/view.html',
          name: 'agora-threads-view',
          title: 'Agora Chat threads',
          mimeType: 'text/html;profile=mcp-app',
        },
      ],
    });
    expect(await client.readResource({ uri: 'ui://agora-threads/view.html' })).toEqual({
      contents: [
        {
          uri: 'ui://agora-threads/view.html',
          mimeType: 'text/html;profile=mcp-app',
          text: await readFile(new URL('../../dist/view.html', import.meta.url), 'utf8'),
          _meta: { ui: { prefersBorder: true } },
        },
      ],
    });
    for (const uri of ['ui://agora-threads/other.html', 'file:///etc/passwd', '../view.html']) {
      await expect(client.readResource({ uri })).rejects.toMatchObject({ code: -32_002 });
    }
  });

  it('is served as Chinese where the operator chose that', async () => {
    const { client } = await connectClient({ views: true, env: { AGORA_THREADS_LANG: 'zh' } });
    const { contents } = await client.readResource({ uri: 'ui://agora-threads/view.html' });
    expect(contents).toMatchObject([{ text: expect.stringContaining('<html lang="zh-CN">') }]);
  });

  it('is not there for others', async () => {
    const { client } = await connectClient();
    expect(await client.listResources()).toEqual({ resources: [] });
    expect(await client.listResourceTemplates()).toEqual({ resourceTemplates: [] });
    await expect(client.readResource({ uri: 'ui://agora-threads/view.html' })).rejects.toMatchObject({ code: -32_002 });
  });
});

describe('what the view is told of a list', () => {
  const service = () => threadService(threadsOf('lin', 5));

  it('is how to get the next page: the tool and its arguments as they were healed, without the cursor', async () => {
    const { url } = await service();
    const { call } = await connectClient({ env: classicSettings(url), views: true });
    const first = await call('list_user_threads', { username: ' lin ', limit: '2', name_contains: '' });
    const told = {
      kind: 'list',
      tool: 'list_user_threads',
      args: { username: 'lin', limit: 2 },
      deletable: true,
      groups: {},
    };
    expect(first.view).toEqual(told);
    const next = await call(told.tool, { ...told.args, cursor: first.structured['next_cursor'] });
    expect(next.view).toEqual(told);
    expect(next.structured['threads']).toMatchObject([{ name: 'Thread 2' }, { name: 'Thread 1' }]);
  });

  it('names the groups that memory knows, and asks for none', async () => {
    const { call } = await connectClient({ env: { AGORA_THREADS_SANDBOX: '1' }, views: true });
    const args = { username: 'lin', limit: 50 };
    expect((await call('list_user_threads', args)).view['groups']).toEqual({});
    await call('find_groups', {});
    expect((await call('list_user_threads', args)).view['groups']).toMatchObject({ 210000000000001: 'Refunds' });
  });

  it('is in Chinese why a call failed; nothing where no list is drawn, and where the client draws none', async () => {
    const { url } = await service();
    const env = classicSettings(url);
    const drawing = await connectClient({ env, views: true });
    const failed = await drawing.call('list_user_threads', { username: 'lin', cursor: 'x' });
    const inChinese = '游标损坏，或属于另一次查询。去掉 cursor 从头查；之后原样传入 next_cursor。';
    expect(failed.view).toEqual({ 'zh-CN': { [failed.text]: inChinese } });
    expect((await drawing.call('get_thread', { thread_id: '240000000000000' })).view).toEqual({});
    const { call } = await connectClient({ env, ...FORM });
    expect((await call('list_user_threads', { username: 'lin' })).view).toEqual({});
  });

  it.each([
    ['auto', true, {}, true],
    ['auto', false, {}, true],
    ['person', true, {}, true],
    ['person', false, {}, true],
    ['code', true, {}, false],
    ['code', false, {}, false],
    ['auto', false, { AGORA_THREADS_READ_ONLY: '1' }, false],
    ['auto', true, { AGORA_THREADS_TOOLS: 'list_user_threads,delete_thread' }, false],
    ['auto', true, { AGORA_THREADS_TOOLS: 'list_user_threads,delete_threads' }, true],
  ])('in mode %s, forms: %s, with %j: can threads be deleted from it? %s', async (mode, forms, env, deletable) => {
    const { url } = await service();
    const { call } = await connectClient({
      env: { ...classicSettings(url), AGORA_THREADS_CONFIRM: mode, ...env },
      ...(forms && FORM),
      views: true,
    });
    expect((await call('list_user_threads', { username: 'lin' })).view['deletable']).toBe(deletable);
  });
});
