import { describe, expect, it } from 'vitest';
import { runDemo } from '../support/binary.ts';
import { hasTerminal, playDemo } from '../support/pseudo-terminal.ts';

/** The time of this very run would make another snapshot each time. */
const timeless = (text: string): string => text.replace(/\d{4}-\d\d-\d\d \d\d:\d\d UTC/g, '2026-11-23 08:00 UTC');

describe('npm run demo', () => {
  it('plays its scene in 40 lines at most, and ends on a thread that is back', async () => {
    const { code, stdout, stderr } = await runDemo();
    expect(stderr).toBe('');
    expect(code).toBe(0);
    expect(timeless(stdout)).toMatchSnapshot();
    const lines = stdout.trimEnd().split('\n');
    expect(lines.length).toBeLessThanOrEqual(40);
    expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(100);
  });

  it.skipIf(!hasTerminal)('asks the person at the terminal (python3 with pty)', async () => {
    const yes = await playDemo('y');
    expect(yes).toContain('[sandbox] Deleted thread');
    expect(yes).toContain('[sandbox] Restored thread');
    const no = await playDemo('n');
    expect(no).toContain('4. Without a yes, nothing is deleted.');
    expect(no).not.toContain('Deleted thread');
  });

  it('speaks Chinese to the person where AGORA_THREADS_LANG is zh, and English to the model', async () => {
    const { code, stdout } = await runDemo({ AGORA_THREADS_LANG: 'zh' });
    expect(timeless(stdout)).toMatchSnapshot();
    expect(code).toBe(0);
  });

  it('takes a language that it does not know for English', async () => {
    const { code, stdout } = await runDemo({ AGORA_THREADS_LANG: 'fr' });
    expect(stdout).toContain('1. Find a thread by its name');
    expect(code).toBe(0);
  });

  it('has no colours where there is no terminal', async () => {
    const { stdout } = await runDemo({ FORCE_COLOR: '1' });
    expect(stdout).not.toContain('\u001b');
  });

  it('cannot be made to reach a real app', async () => {
    const env = {
      AGORA_CHAT_HOST: 'http://127.0.0.1:9',
      AGORA_CHAT_APP_KEY: 'a#b',
      AGORA_CHAT_APP_TOKEN: 'real-token',
    };
    const { code, stdout } = await runDemo(env);
    expect(code).toBe(0);
    expect(stdout).toContain('[sandbox] Deleted thread');
    expect(stdout).not.toContain('127.0.0.1:9');
  });
});
