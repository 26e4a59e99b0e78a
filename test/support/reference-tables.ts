import { prompts } from '../../prompts/index.ts';
import { settingFlags } from '../../src/cli/flags.ts';
import { meanings } from '../../src/settings/meanings-zh.ts';
import type { SettingName } from '../../src/settings/schema.ts';
import { catalogue } from '../../tools/index.ts';
import * as chinese from './chinese.ts';
import { table } from './markdown.ts';

/* Tables of tools, prompts and settings for the pages, made from what the server has. */

const firstSentence = (text: string): string => /^.*?[.:](?=\s|$)/.exec(text)?.[0].replace(/:$/, '.') ?? text;

export const tools = (): string =>
  table(
    ['tool', 'kind', 'what it does'],
    catalogue.map(({ name, kind, description }) => [`\`${name}\``, kind, firstSentence(description)]),
  );

export const toolsInChinese = (): string =>
  table(
    ['工具', '类型', '作用'],
    catalogue.map(({ name, kind }) => [`\`${name}\``, chinese.kinds[kind], chinese.tools[name] ?? '']),
  );

/** Those that most people set; the pages fold the others. */
const USUAL: ReadonlySet<SettingName> = new Set<SettingName>([
  'AGORA_CHAT_HOST',
  'AGORA_CHAT_APP_KEY',
  'AGORA_APP_ID',
  'AGORA_APP_CERTIFICATE',
  'EASEMOB_CLIENT_ID',
  'EASEMOB_CLIENT_SECRET',
  'AGORA_THREADS_READ_ONLY',
  'AGORA_THREADS_AUDIT_LOG',
  'AGORA_THREADS_CONFIRM',
  'AGORA_THREADS_LANG',
]);

type Which = 'usual' | 'rare';
const wanted = (which: Which) => settingFlags.filter(({ setting }) => USUAL.has(setting.name) === (which === 'usual'));

export const settings = (which: Which): string =>
  table(
    ['variable', 'flag', 'meaning', 'default'],
    wanted(which).map(({ name: flag, setting: { name, meaning, default: usual, secret } }) => [
      `\`${name}\``,
      `\`--${flag}\``,
      secret ? `${meaning}; or \`${name}_FILE\`` : meaning,
      usual === undefined ? '' : `\`${usual}\``,
    ]),
  );

export const settingsInChinese = (which: Which): string =>
  table(
    ['变量', '参数', '含义', '默认值'],
    wanted(which).map(({ name: flag, setting: { name, default: usual, secret } }) => [
      `\`${name}\``,
      `\`--${flag}\``,
      secret ? `${meanings[name]}；或用 \`${name}_FILE\` 指向文件` : meanings[name],
      usual === undefined ? '' : `\`${usual}\``,
    ]),
  );

export const promptTable = (head: readonly string[], wordsOf: (prompt: (typeof prompts)[number]) => string): string =>
  table(
    head,
    prompts.map((prompt) => [
      `\`${prompt.name}\``,
      Object.entries(prompt.input.shape)
        .map(([name, schema]) => `\`${name}${schema.safeParse(undefined).success ? '?' : ''}\``)
        .join(' '),
      wordsOf(prompt),
    ]),
  );
