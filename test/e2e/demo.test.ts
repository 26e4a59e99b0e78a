import { describe, expect, it } from 'vitest';
import { runDemo } from '../support/binary.ts';

describe('npm run demo', () => {
  it('plays its scene, under 60 lines, and ends well', async () => {
    const { code, stdout, stderr } = await runDemo();
    expect(stderr).toBe('');
    expect(code).toBe(0);
    expect(stdout.trimEnd().split('\n').length).toBeLessThan(60);
    for (const words of [
      '> list_user_threads username=lin limit=4',
      '> create_thread',
      '> rename_thread',
      '> delete_thread',
      'the demo answers yes by itself',
      'Deleted thread',
      'Error [bad_arguments]',
    ]) {
      expect(stdout).toContain(words);
    }
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
