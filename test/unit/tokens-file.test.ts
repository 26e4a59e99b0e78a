import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { hashOf, newToken, tokenLine } from '../../src/http/token-line.ts';
import { openTokensFile } from '../../src/http/tokens-file.ts';
import { manualClock } from '../support/manual-clock.ts';
import { until } from '../support/until.ts';

const lineOf = (subject: string, token: string): string => tokenLine({ subject, scopes: new Set(['read']) }, token);

/** A file of tokens, and a reader of it with its log. */
async function open(text?: string | Uint8Array) {
  const folder = await mkdtemp(join(tmpdir(), 'tokens-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const file = join(folder, 'tokens.txt');
  if (text !== undefined) await writeFile(file, text);
  const clock = manualClock();
  const log: string[] = [];
  const note = (line: string) => void log.push(line);
  const tokens = await openTokensFile(file, clock, { warn: note, info: note });
  onTestFinished(() => tokens.close());
  return {
    tokens,
    log,
    file,
    clock,
    /** Lets time pass until the file has been looked at again. */
    async second() {
      clock.advance(1_000);
      await until(() => clock.waiting() === 1);
    },
  };
}

describe('the file of tokens', () => {
  it('lets a token in from a second after its line is added until a second after it is removed', async () => {
    const [old, fresh] = [newToken(), newToken()];
    const { tokens, file, log, second } = await open(lineOf('lin', old));
    expect(tokens.grantOf(hashOf(old))).toEqual({ subject: 'lin', scopes: new Set(['read']) });
    await writeFile(file, `${lineOf('lin', old)}\n${lineOf('wei', fresh)}\n`);
    expect(tokens.grantOf(hashOf(fresh))).toBeUndefined();
    await second();
    expect(tokens.grantOf(hashOf(fresh))?.subject).toBe('wei');
    await writeFile(file, lineOf('wei', fresh));
    await second();
    expect([tokens.grantOf(hashOf(old)), tokens.grantOf(hashOf(fresh))?.subject]).toEqual([undefined, 'wei']);
    await second();
    expect(log).toEqual([
      'AGORA_THREADS_HTTP_TOKENS_FILE was read again; tokens in it: 2.',
      'AGORA_THREADS_HTTP_TOKENS_FILE was read again; tokens in it: 1.',
    ]);
  });

  it('that vanishes lets nobody in, until it is there again', async () => {
    const token = newToken();
    const { tokens, file, log, second } = await open(lineOf('lin', token));
    await rm(file);
    await second();
    await second();
    expect(tokens.grantOf(hashOf(token))).toBeUndefined();
    await writeFile(file, lineOf('lin', token));
    await second();
    expect(tokens.grantOf(hashOf(token))?.subject).toBe('lin');
    expect(log).toEqual([
      'AGORA_THREADS_HTTP_TOKENS_FILE: the file it names cannot be read (ENOENT), so nobody may use this server.',
      'AGORA_THREADS_HTTP_TOKENS_FILE was read again; tokens in it: 1.',
    ]);
  });

  it('names its wrong lines once, by their numbers', async () => {
    const [token, leaked] = [newToken(), newToken()];
    const { tokens, log, second } = await open(`${lineOf('lin', token)}\nwei read ${leaked}\n${'wrong\n'.repeat(12)}`);
    await second();
    expect(tokens.grantOf(hashOf(token))?.subject).toBe('lin');
    expect(log).toHaveLength(1);
    expect(log[0]).toMatch(
      /^AGORA_THREADS_HTTP_TOKENS_FILE: line 2 is passed over: the third field must be sha256: and 64 hex digits; line 3 .*; 3 more lines are passed over\.$/,
    );
    expect(log[0]).not.toContain(leaked);
  });

  it.each([
    ['is not there', undefined, 'the file it names cannot be read (ENOENT)'],
    ['is empty', '', 'holds no token'],
    ['is UTF-16', Buffer.from(`\ufeff${lineOf('lin', 'x')}`, 'utf16le'), 'the file it names is not UTF-8 text'],
    ['is too large', '#'.repeat(1_000_001), 'the file it names has more than 1000000 bytes'],
  ])('that %s lets nobody in, and says so', async (_what, text, words) => {
    const { tokens, log } = await open(text);
    expect(tokens.size()).toBe(0);
    expect(log).toHaveLength(1);
    expect(log[0]).toContain(words);
    expect(log[0]).toContain('so nobody may use this server.');
  });

  it('that is a folder lets nobody in', async () => {
    const log: string[] = [];
    const note = (line: string) => void log.push(line);
    const tokens = await openTokensFile(tmpdir(), manualClock(), { warn: note, info: note });
    expect(tokens.size()).toBe(0);
    expect(log.join()).toContain('is not a regular file');
    tokens.close();
  });

  it('is left alone once it is closed', async () => {
    const { tokens, clock } = await open('');
    tokens.close();
    expect(clock.waiting()).toBe(0);
  });
});
