import { describe, expect, it } from 'vitest';
import { hashOf, parseTokens } from '../../src/http/token-line.ts';
import { runBinary } from '../support/binary.ts';

const make = (...args: string[]) => runBinary(['token', ...args]);

describe('agora-threads-mcp token', () => {
  it('prints a new token on stderr and the line that lets it in on stdout', async () => {
    const { code, stdout, stderr } = await make('lin', '--scopes', 'read,delete');
    expect(code).toBe(0);
    const [head, token = '', ...rest] = stderr.split('\n');
    expect([head, rest]).toEqual(['The token of lin, which is shown only now:', ['']]);
    expect(token).toMatch(/^att_[\w-]{43}$/);
    expect(stdout).toBe(`lin read,delete sha256:${hashOf(token)}\n`);
    expect(parseTokens(stdout).tokens.get(hashOf(token))).toEqual({
      subject: 'lin',
      scopes: new Set(['read', 'delete']),
    });
  });

  it('says in Chinese where AGORA_THREADS_LANG is zh that the token is shown only now', async () => {
    const { stderr } = await runBinary(['token', 'lin', '--scopes', 'read'], { AGORA_THREADS_LANG: 'zh' });
    expect(stderr).toMatch(/^lin 的 Token，只显示这一次：\natt_[\w-]{43}\n$/);
  });

  it('never makes a token twice', async () => {
    const made = await Promise.all([1, 2, 3].map(() => make('lin', '--scopes=read')));
    expect(new Set(made.map(({ stderr }) => stderr)).size).toBe(3);
    expect(new Set(made.map(({ stdout }) => stdout)).size).toBe(3);
  });

  it.each([
    ['no name', []],
    ['no scopes', ['lin']],
    ['two names', ['lin', 'wei', '--scopes', 'read']],
    ['a name with a blank', ['lin wei', '--scopes', 'read']],
    ['a name that turns text around', ['lin\u202e', '--scopes', 'read']],
    ['an unknown scope', ['lin', '--scopes', 'read,admin']],
    ['empty scopes', ['lin', '--scopes=']],
    ['a mistyped flag', ['lin', '--scope', 'read']],
  ])('refuses %s', async (_what, args) => {
    const { code, stdout, stderr } = await make(...args);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatchSnapshot();
  });
});
