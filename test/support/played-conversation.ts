import * as z from 'zod';
import type { Language } from '../../src/base/language.ts';
import { SANDBOX_HINTS } from '../../src/sandbox/identity.ts';
import { connectClient } from './client.ts';
import type { Part } from './conversation-picture.ts';
import { skippingClock } from './manual-clock.ts';

/* The README's conversation, played on the sandbox: what a person and an assistant say is written here, the rest came back. */

interface Words {
  readonly ask: string;
  readonly found: (count: number) => string;
  readonly go: string;
  readonly heading: string;
  readonly deleted: (count: number) => string;
}

const WORDS: Readonly<Record<Language, Words>> = {
  en: {
    ask: 'Which test threads are left in Refunds?',
    found: (count) => `${count}, and there are no others:`,
    go: 'Delete them.',
    heading: 'The server asks you, not the model:',
    deleted: (count) =>
      `Done: ${count} deleted, confirmed in your form. I can make them again, without their messages.`,
  },
  zh: {
    ask: '退款群里还有哪些测试子区？',
    found: (count) => `共 ${count} 个，没有别的：`,
    go: '删掉吧。',
    heading: 'MCP 服务直接问你，不经过模型：',
    deleted: (count) => `已删除 ${count} 个，由你在表单里确认。需要时可以重建，但消息找不回来。`,
  },
};

const groups = z.object({ groups: z.tuple([z.object({ id: z.string(), name: z.string() })]) });
const found = z.object({
  threads: z.array(z.object({ id: z.string(), name: z.string(), owner: z.string(), created: z.string() })),
  has_more: z.literal(false),
});
const done = z.object({
  status: z.literal('done'),
  confirmed_by: z.literal('form'),
  results: z.array(z.object({ status: z.literal('deleted') })),
});
const form = z.object({
  requestedSchema: z.object({ properties: z.object({ confirm: z.object({ title: z.string() }) }) }),
});

const [refunds] = SANDBOX_HINTS.groups;

export async function playConversation(language: Language): Promise<Part[]> {
  const words = WORDS[language];
  const asked: { text: string; ticked: string }[] = [];
  const { call } = await connectClient({
    env: { AGORA_THREADS_SANDBOX: '1', AGORA_THREADS_LANG: language },
    clock: skippingClock(),
    form(text, params) {
      asked.push({ text, ticked: form.parse(params).requestedSchema.properties.confirm.title });
      return { action: 'accept', content: { confirm: true } };
    },
  });
  const named = groups.parse((await call('find_groups', { name_contains: refunds.name })).structured);
  const [group] = named.groups;
  const search = { name_contains: 'test', group_id: group.id };
  const { threads } = found.parse((await call('find_threads', search)).structured);
  const ids = threads.map(({ id }) => id);
  const { results } = done.parse((await call('delete_threads', { thread_ids: ids })).structured);
  const [question] = asked;
  if (question === undefined || asked.length > 1) throw new Error(`${asked.length} questions instead of one.`);
  return [
    { kind: 'person', text: words.ask },
    {
      kind: 'call',
      text: `find_groups name_contains="${group.name}"\nfind_threads name_contains="test" group_id=${group.id}`,
    },
    {
      kind: 'assistant',
      text: [
        words.found(threads.length),
        ...threads.map(({ name, owner, created }) => `• "${name}", ${owner}, ${created}`),
      ].join('\n'),
    },
    { kind: 'person', text: words.go },
    { kind: 'call', text: `delete_threads thread_ids=[${ids.length}]` },
    { kind: 'form', heading: words.heading, ...question },
    { kind: 'assistant', text: words.deleted(results.length) },
  ];
}
