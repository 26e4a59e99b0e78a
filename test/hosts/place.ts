import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { SANDBOX } from '../../src/sandbox/identity.ts';
import { CLONED_MAIN } from '../support/hosts.ts';
import type { Cell, Settings } from './cells.ts';
import type { Host, Surroundings } from './host.ts';
import { commandsOf, configOf, safetyOf, withoutApp } from './host-pages.ts';

/** With the rules of a page, or without them though it has some. */
const NEEDS_RULES: readonly string[] = ['delete-plain-safe', 'delete-safe', 'delete-unsafe'];

/** Has this host, or its page, what a cell is about? */
export function applies({ name, scene, settings }: Cell, host: Host): boolean {
  if (scene === undefined) return host.promptCommand !== undefined;
  if (NEEDS_RULES.includes(name)) return safetyOf(host.name).length > 0;
  return settings !== 'app by command' || commandsOf(host.name).length > 1;
}

export interface World {
  readonly model: string;
  /** A sandbox in a process of its own, which stands for the service. */
  readonly service: string;
}

/** A fresh HOME and a fresh folder with our server added to the host, as its page says. */
export interface Ready extends Surroundings {
  readonly env: Readonly<Record<string, string>>;
}

/** @param folder is emptied first */
export async function makePlace(
  host: Host,
  path: string,
  folder: string,
  settings: Settings,
  world: World,
): Promise<Ready> {
  rmSync(folder, { recursive: true, force: true });
  const around = { home: join(folder, 'home'), work: join(folder, 'work'), model: world.model };
  const env = {
    PATH: path,
    HOME: around.home,
    LANG: 'C.UTF-8',
    TERM: 'xterm-256color',
    ...host.env(world.model),
    ...(settings === 'app' && { AGORA_APP_CERTIFICATE: SANDBOX.appCertificate }),
  };
  const put = (name: string, text: string): void => {
    const file = name.startsWith('~/') ? join(around.home, name.slice(2)) : join(around.work, name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, existsSync(file) ? `${readFileSync(file, 'utf8')}\n${text}` : text);
  };
  const shell = (command: string) =>
    promisify(execFile)('sh', ['-e', '-c', command], { cwd: around.work, env, timeout: 60_000 });
  mkdirSync(around.work, { recursive: true });
  for (const [name, text] of Object.entries(host.files(around))) put(name, text);
  const [add, addWithApp] = commandsOf(host.name);
  const secret = join(around.home, 'secret.txt');
  put('~/secret.txt', SANDBOX.appCertificate);
  if (settings === 'app by command') await shell(forApp(addWithApp ?? '', world.service, secret));
  else if (settings === 'app' || settings === 'app without its secret') {
    put(host.configFile, forApp(configOf(host.name), world.service, secret));
  } else if (add !== undefined) await shell(fromClone(add));
  else put(host.configFile, fromClone(withoutApp(configOf(host.name))));
  if (settings === 'safe') for (const { file, text } of safetyOf(host.name)) put(file, text);
  return { ...around, env };
}

/** The built server, as `npm run hosts` finds it. */
const MAIN = resolve('dist/main.js');

/** A page's own words, with the clone on this machine. */
const fromClone = (text: string): string => text.replaceAll(CLONED_MAIN, MAIN);

/** With an app that is on this machine, too. */
const forApp = (text: string, service: string, secret: string): string =>
  fromClone(text)
    .replaceAll('a41.chat.agora.io', service)
    .replaceAll('0123456789abcdef0123456789abcdef', SANDBOX.appId)
    .replaceAll('/absolute/path/to/secret.txt', secret);

const read = (file: string): string => {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
};

/** The processes whose HOME is this place's, and their command lines. Reads /proc. */
export const processesOf = ({ home }: Surroundings): readonly { readonly pid: number; readonly command: string }[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && read(`/proc/${name}/environ`).split('\0').includes(`HOME=${home}`))
    .map((name) => ({ pid: Number(name), command: read(`/proc/${name}/cmdline`).replaceAll('\0', ' ') }));

export const isOurServer = ({ command }: { readonly command: string }): boolean =>
  command.trimEnd().endsWith(` ${MAIN}`);
