/*
 * `npm run hosts -- [NAME ...] [--cell CELL] [--folder FOLDER]` plays the scenes in shipping hosts, with a scripted model on
 * loopback, and holds what happened against `expected.ts`; `--write` makes `docs/compatibility.md` of what was found. Needs
 * Linux and tmux. Hosts are installed from npm below the folder, each with a HOME of its own; their keys are dummies.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { isDeepStrictEqual, parseArgs } from 'node:util';
import * as z from 'zod';
import { HOSTS } from './all-hosts.ts';
import { CELLS } from './cells.ts';
import { compatibilityPage } from './compatibility-page.ts';
import { EXPECTED } from './expected.ts';
import { installHost } from './install-host.ts';
import { applies } from './place.ts';
import { runCell } from './run-cell.ts';
import { startModel } from './scripted-model.ts';

const { values, positionals } = parseArgs({
  // Behind the name of this file, which `scripts/run.mjs` leaves in its place.
  args: process.argv.slice(3),
  allowPositionals: true,
  options: { folder: { type: 'string' }, cell: { type: 'string', multiple: true }, write: { type: 'boolean' } },
});
const folder = resolve(values.folder ?? join(homedir(), '.cache', 'agora-threads-hosts'));
mkdirSync(folder, { recursive: true });
const hosts = HOSTS.filter(({ name }) => positionals.length === 0 || positionals.includes(name));
const unknown = [
  ...positionals.filter((name) => !HOSTS.some((host) => host.name === name)),
  ...(values.cell ?? []).filter((name) => !CELLS.some((cell) => cell.name === name)),
];
if (unknown.length > 0) throw new Error(`There is no host or cell named ${unknown.join(', ')}.`);
const cells = CELLS.filter(({ name }) => !values.cell || values.cell.includes(name));

const results = z.record(z.string(), z.record(z.string(), z.string()));
const resultsFile = join(folder, 'results.json');

/** What this and earlier runs found, cell by cell. */
const found: z.output<typeof results> = existsSync(resultsFile)
  ? results.parse(JSON.parse(readFileSync(resultsFile, 'utf8')))
  : {};

const say = (line: string): void => void process.stdout.write(`${line}\n`);

async function startService(): Promise<{ url: string; close(): void }> {
  const child = spawn(process.execPath, ['dist/main.js', 'sandbox'], { stdio: ['ignore', 'pipe', 'inherit'] });
  for await (const text of child.stdout.setEncoding('utf8')) {
    const [url] = /http:\/\/127\.0\.0\.1:\d+/.exec(String(text)) ?? [];
    if (url !== undefined) return { url, close: () => void child.kill() };
  }
  throw new Error('The sandbox did not start.');
}

/** @returns how many cells were not as expected */
async function play(): Promise<number> {
  const model = await startModel();
  const service = await startService();
  const world = { model: model.url, service: service.url };
  let wrong = 0;
  for (const host of hosts) {
    const path = installHost(host, join(folder, 'installed'));
    say(`${host.title} ${host.version}`);
    for (const cell of cells.filter((one) => applies(one, host))) {
      const { outcome, ended } = await runCell(cell, host, path, folder, model, world);
      const now = ended ? outcome : `${outcome}; the server lives on`;
      found[host.name] = { ...found[host.name], [cell.name]: now };
      writeFileSync(resultsFile, JSON.stringify(found, null, 1));
      const expected = EXPECTED[host.name]?.[cell.name];
      if (now !== expected) wrong += 1;
      say(`  ${cell.name}: ${now}${now === expected ? '' : ` (expected: ${expected ?? 'nothing'})`}`);
    }
  }
  model.close();
  service.close();
  return wrong;
}

if (values.write) {
  // After somebody has looked at the screens of the last run, so nothing is played again.
  const open = HOSTS.filter(({ name }) => !isDeepStrictEqual(found[name], EXPECTED[name]));
  for (const { title } of open) say(`${title} has not been played to the end, or not as expected.`);
  if (open.length === 0) writeFileSync('docs/compatibility.md', compatibilityPage(HOSTS, CELLS, found));
  process.exitCode = open.length === 0 ? 0 : 1;
} else {
  const wrong = await play();
  say(wrong === 0 ? 'All as expected.' : `${wrong} not as expected.`);
  say(`Screens are in ${join(folder, 'screens')}.`);
  process.exitCode = wrong === 0 ? 0 : 1;
}
