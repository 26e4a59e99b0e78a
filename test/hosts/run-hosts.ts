/*
 * `npm run hosts [NAME ...] [-- --folder FOLDER --cell CELL --write]`: plays the scenes in shipping hosts, with a scripted model
 * on loopback, and holds what happened against `expected.ts`. Needs Linux and tmux; hosts are installed from npm.
 */
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import * as z from 'zod';
import { CELLS } from './cells.ts';
import { claudeCode } from './claude-code.ts';
import { codex } from './codex.ts';
import { copilotCli } from './copilot-cli.ts';
import { EXPECTED } from './expected.ts';
import { geminiCli } from './gemini-cli.ts';
import { installHost } from './install-host.ts';
import { startRegistry } from './local-registry.ts';
import { opencode } from './opencode.ts';
import { pageHas } from './place.ts';
import { qwenCode } from './qwen-code.ts';
import { runCell } from './run-cell.ts';
import { startModel } from './scripted-model.ts';

const HOSTS = [claudeCode, codex, geminiCli, opencode, copilotCli, qwenCode];

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { folder: { type: 'string' }, cell: { type: 'string', multiple: true }, write: { type: 'boolean' } },
});
const folder = resolve(values.folder ?? join(homedir(), '.cache', 'agora-threads-hosts'));
mkdirSync(folder, { recursive: true });
const hosts = HOSTS.filter(({ name }) => positionals.length === 0 || positionals.includes(name));
const cells = CELLS.filter(({ name }) => !values.cell || values.cell.includes(name));

const results = z.record(z.string(), z.record(z.string(), z.string()));
const resultsFile = join(folder, 'results.json');
const earlier = (): z.output<typeof results> => {
  try {
    return results.parse(JSON.parse(readFileSync(resultsFile, 'utf8')));
  } catch {
    return {};
  }
};

const say = (line: string): void => void process.stdout.write(`${line}\n`);

async function startService(): Promise<{ url: string; close(): void }> {
  const child = spawn(process.execPath, ['dist/main.js', 'sandbox'], { stdio: ['ignore', 'pipe', 'inherit'] });
  for await (const text of child.stdout.setEncoding('utf8')) {
    const [url] = /http:\/\/127\.0\.0\.1:\d+/.exec(String(text)) ?? [];
    if (url !== undefined) return { url, close: () => void child.kill() };
  }
  throw new Error('The sandbox did not start.');
}

const model = await startModel();
const registry = await startRegistry(folder);
const service = await startService();
const world = { model: model.url, registry: registry.url, service: service.url };
let wrong = 0;
for (const host of hosts) {
  const path = installHost(host, join(folder, 'installed'));
  say(`${host.title} ${host.version}`);
  for (const cell of cells.filter(({ settings }) => pageHas(host, settings))) {
    const { outcome, ended } = await runCell(cell, host, path, folder, model, world);
    const found = ended ? outcome : `${outcome}; the server lives on`;
    const expected = EXPECTED[host.name]?.[cell.name];
    if (found !== expected) wrong += 1;
    say(`  ${found === expected ? 'as expected' : 'NOT AS EXPECTED'}  ${cell.name}: ${found}`);
    const all = earlier();
    writeFileSync(
      resultsFile,
      JSON.stringify({ ...all, [host.name]: { ...all[host.name], [cell.name]: found } }, null, 1),
    );
  }
}
model.close();
registry.close();
service.close();
say(wrong === 0 ? 'All as expected.' : `${wrong} not as expected.`);
process.exitCode = wrong === 0 ? 0 : 1;
