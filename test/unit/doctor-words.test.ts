import { describe, expect, it } from 'vitest';
import { unreadable } from '../../src/agora/read-answer.ts';
import { readCommandLine } from '../../src/cli/flags.ts';
import { FlagError } from '../../src/cli/usage-error.ts';
import { wordsOf } from '../../src/doctor/words-of.ts';

const zh = wordsOf('zh');

describe('the doctor in Chinese', () => {
  it.each([
    [['--read-onyl'], '有一个选项不存在（是否应为 --read-only？）'],
    [['--xyzzy-plugh-plover'], '有一个选项不存在'],
    [
      ['--app-certificate=x'],
      '没有 --app-certificate 选项：本机的任何人都能看到进程的命令行参数。请改用 --app-certificate-file FILE，或设置环境变量 AGORA_APP_CERTIFICATE',
    ],
    [['--lang', 'zh', '--lang', 'en'], '--lang 出现了两次'],
    [['--no-read-only=1'], '--read-only 不带值：启用写 --read-only，不启用写 --no-read-only'],
    [['--host', '--read-only'], '--host 需要一个值：--host HOST'],
    [['--log-level', 'S3cr3t'], '--log-level 只能是 silent、error、warn、info、debug 之一'],
  ])('says what is wrong with the flags %j, without what was typed', (args, words) => {
    const read = () => readCommandLine(args, { settings: true });
    expect(read).toThrow(FlagError);
    try {
      read();
    } catch (error) {
      if (error instanceof FlagError) expect(error.say(zh)).toBe(words);
    }
  });

  it('says why an answer cannot be read', () => {
    const { facts } = unreadable('undocumented', 'entities.0 is not as documented', { detail: 'entities.0' });
    expect(zh.failure(facts).detail).toBe('unreadable_answer：无法读取响应：格式与官方文档不符（entities.0）');
    const { facts: bare } = unreadable('not_json', 'it is not JSON', { retryAfterMs: 45_000 });
    expect(zh.failure(bare).detail).toBe('unreadable_answer：无法读取响应：不是 JSON，45 秒后可以再试');
  });

  it('says no wait that is shorter than it is', () => {
    const { facts } = unreadable('not_json', 'it is not JSON', { retryAfterMs: 2.4 * 3_600_000 });
    expect(zh.failure(facts).detail).toContain('，3 小时后可以再试');
  });
});
