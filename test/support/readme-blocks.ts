import { onTestFinished } from 'vitest';
import type { Language } from '../../src/base/language.ts';
import { SANDBOX } from '../../src/sandbox/identity.ts';
import { startSandbox } from '../../src/sandbox/index.ts';
import { connectClient, type TestClient } from './client.ts';
import { tokens } from './count-tokens.ts';
import { countingProxy } from './counting-proxy.ts';
import { manualClock, skippingClock } from './manual-clock.ts';
import { table } from './markdown.ts';
import { onAnyPort } from './undated.ts';

/* Tables of the READMEs that show what happens on the sandbox: each row was run when the page was made. */

/** "Lost parcel, order 17712". */
const PARCEL = '240000142270761';
const REFUNDS = '210000000000001';

type Words = Readonly<Record<Language, string>>;

interface Prompt {
  readonly say: Words;
  readonly tool: string;
  readonly args: Readonly<Record<string, unknown>>;
}

const PROMPTS: readonly Prompt[] = [
  { say: { en: 'Which groups are there?', zh: '有哪些群组？' }, tool: 'find_groups', args: {} },
  {
    say: { en: 'Find the threads about customs.', zh: '找出和海关有关的子区（名称里有 customs）。' },
    tool: 'find_threads',
    args: { name_contains: 'customs' },
  },
  {
    say: { en: 'Which threads has lin joined in Refunds?', zh: 'lin 在 Refunds 群里加入了哪些子区？' },
    tool: 'list_user_group_threads',
    args: { group_id: REFUNDS, username: 'lin' },
  },
  {
    say: { en: 'Which threads of wei are from before June 10?', zh: 'wei 有哪些子区是 6 月 10 日以前建的？' },
    tool: 'find_threads',
    args: { owner: 'wei', created_before: '2026-06-10' },
  },
  {
    say: {
      en: 'Rename "Lost parcel, order 17712" to "Found parcel".',
      zh: '把“Lost parcel, order 17712”改名为“Found parcel”。',
    },
    tool: 'rename_thread',
    args: { thread_id: PARCEL, name: 'Found parcel' },
  },
  {
    say: { en: 'Delete it.', zh: '把它删掉。' },
    tool: 'delete_thread',
    args: { thread_id: PARCEL },
  },
];

const HEADS: Readonly<Record<Language, readonly string[]>> = {
  en: ['say', 'the assistant calls', 'what comes back begins with'],
  zh: ['对助手说', '助手调用', '返回内容的开头'],
};

/** The first line without its last words, which tell the time. */
const opening = (text: string): string => (text.split('\n')[0] ?? '').replace(/ (As of|Read at) .*$/, '');

/** One session, as a person would have it; a deletion begins with its question. */
export async function firstPrompts(language: Language): Promise<string> {
  const questions: string[] = [];
  const { call } = await connectClient({
    env: { AGORA_THREADS_SANDBOX: '1', AGORA_THREADS_LANG: language },
    clock: skippingClock(),
    form(question) {
      questions.push(question);
      return { action: 'accept', content: { confirm: true } };
    },
  });
  const rows: string[][] = [];
  for (const { say, tool, args } of PROMPTS) {
    const { text, isError } = await call(tool, { ...args });
    if (isError) throw new Error(text);
    rows.push([say[language], `\`${tool}\``, opening(questions.pop() ?? text)]);
  }
  return table(HEADS[language], rows);
}

interface Cost {
  readonly what: Words;
  readonly tool: string;
  readonly args: Readonly<Record<string, unknown>>;
}

const COSTS: readonly Cost[] = [
  {
    what: { en: 'a page of 20 threads of a user', zh: '一个用户的一页子区（20 个）' },
    tool: 'list_user_threads',
    args: { username: 'lin' },
  },
  {
    what: { en: 'one thread by its id', zh: '按 ID 查一个子区' },
    tool: 'get_thread',
    args: { thread_id: PARCEL },
  },
  {
    what: { en: 'one name among all 300 threads, the first time', zh: '在全部 300 个子区里按名称找（第一次）' },
    tool: 'find_threads',
    args: { name_contains: 'customs' },
  },
  {
    what: { en: 'another name within ten minutes', zh: '十分钟内再找另一个名称' },
    tool: 'find_threads',
    args: { name_contains: 'parcel' },
  },
  {
    what: { en: 'a deletion, with its looks before and after the yes', zh: '删除一个子区，含确认前后的查看' },
    tool: 'delete_thread',
    args: { thread_id: PARCEL },
  },
];

const COST_HEADS: Readonly<Record<Language, readonly string[]>> = {
  en: ['what', 'tokens as a text', 'tokens as a structure', 'API calls'],
  zh: ['操作', '文本结果的 token 数', '结构化结果的 token 数', 'API 调用次数'],
};
const THE_LIST: Words = { en: 'the list of tools, once per conversation', zh: '工具列表，每次聊天一次' };

async function listCost(client: TestClient): Promise<string> {
  const { tools } = await client.client.listTools();
  return about(JSON.stringify(tools.map(({ name, description, inputSchema }) => ({ name, description, inputSchema }))));
}

/** In tens, so that a word changed in a text does not change the page. */
const about = (text: string): string => String(Math.round(tokens(onAnyPort(text)) / 10) * 10);

/** Tokens are those of o200k; calls are counted on the way to the sandbox. */
export async function costs(language: Language): Promise<string> {
  const started = manualClock();
  const sandbox = await startSandbox({ now: () => started.now() });
  onTestFinished(() => sandbox.close());
  const proxy = await countingProxy(sandbox.url);
  const client = await connectClient({
    env: {
      AGORA_CHAT_HOST: proxy.url,
      AGORA_CHAT_APP_KEY: `${SANDBOX.orgName}#${SANDBOX.appName}`,
      AGORA_CHAT_APP_TOKEN: SANDBOX.appToken,
    },
    clock: skippingClock(),
    form: () => ({ action: 'accept', content: { confirm: true } }),
  });
  const rows: string[][] = [[THE_LIST[language], '', await listCost(client), '0']];
  for (const { what, tool, args } of COSTS) {
    proxy.take();
    const { text, structured, isError } = await client.call(tool, { ...args });
    if (isError) throw new Error(text);
    rows.push([what[language], ...[text, JSON.stringify(structured)].map(about), String(proxy.take())]);
  }
  return table(COST_HEADS[language], rows);
}
