import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { SANDBOX } from '../../src/sandbox/identity.ts';
import { startSandbox } from '../../src/sandbox/index.ts';
import { BINARY, runBinary } from '../support/binary.ts';
import { CLONED_MAIN, chineseConfig, easemobConfig, hostConfigs } from '../support/hosts.ts';

/*
 * What a new user does: copy the configuration of a page, put in the values of an app, and ask the doctor. A sandbox in
 * this process stands for the service, which the doctor says.
 */

/** Where the configuration of a page goes, below a home. */
const FILES: Readonly<Record<string, string>> = {
  'claude-code': '.mcp.json',
  'claude-desktop': 'claude_desktop_config.json',
  vscode: '.vscode/mcp.json',
  cursor: '.cursor/mcp.json',
  'gemini-cli': '.gemini/settings.json',
  opencode: 'opencode.json',
  'copilot-cli': '.copilot/mcp-config.json',
  'qwen-code': '.qwen/settings.json',
  'chinese-assistants.zh-CN': '.trae/mcp.json',
};
/** Codex reads TOML, which the doctor does not; the page of Windows has no app. */
const LEFT_OUT = ['codex', 'windows'];

const withoutFence = (block: string): string => block.replace(/^```json\n|\n```$/g, '');
const inJson = (text: string): string => JSON.stringify(text).slice(1, -1);

/** A page's configuration with the values of the sandbox, and the secret in a file and in the environment. */
async function check(block: string, name: string) {
  const sandbox = await startSandbox();
  onTestFinished(() => sandbox.close());
  const home = await mkdtemp(join(tmpdir(), 'agora-threads-page-'));
  onTestFinished(() => rm(home, { recursive: true }));
  const isEasemob = block.includes('EASEMOB_CLIENT_ID');
  const secret = join(home, 'secret.txt');
  await writeFile(secret, isEasemob ? SANDBOX.clientSecret : SANDBOX.appCertificate);
  const config = withoutFence(block)
    .replace(CLONED_MAIN, inJson(BINARY))
    .replace(/a41\.chat\.agora\.io|a1\.easemob\.com/, sandbox.url)
    .replace('0123456789abcdef0123456789abcdef', SANDBOX.appId)
    .replace('org#app', `${SANDBOX.orgName}#${SANDBOX.appName}`)
    .replace('YXA6...', SANDBOX.clientId)
    .replace('/absolute/path/to/secret.txt', inJson(secret));
  const file = join(home, name);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, config);
  // The Chinese pages set AGORA_THREADS_LANG to zh; a flag wins.
  return runBinary(['doctor', '--config', file, '--lang', 'en'], { AGORA_APP_CERTIFICATE: SANDBOX.appCertificate });
}

describe('the doctor finds the app in the configuration of', () => {
  it.each(Object.keys(hostConfigs).filter((host) => !LEFT_OUT.includes(host)))('%s', async (host) => {
    const { code, stdout } = await check(hostConfigs[host] ?? '', FILES[host] ?? '');
    expect(stdout).toMatch(/^ {2}ok +list call +the service answered: there are threads$/m);
    expect(stdout).not.toMatch(/^ {2}fail/m);
    expect(code).toBe(3);
  });

  it.each([
    ['the index of the pages', easemobConfig],
    ['the Chinese README', chineseConfig],
  ])('%s', async (_page, block) => {
    const { code, stdout } = await check(block, '.cursor/mcp.json');
    expect(stdout).toMatch(/^ {2}ok +tools +7 of 14 are registered, by AGORA_THREADS_READ_ONLY$/m);
    expect(stdout).toMatch(/^ {2}ok +list call +the service answered: there are threads$/m);
    expect(code).toBe(3);
  });
});
