import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { Host } from './host.ts';

/** For hosts that need a newer Node than the oldest one that this server runs on. */
const NODE_22 = { package: 'node', version: '22.23.3' };

/** @returns the folder of its executables */
function install(folder: string, name: string, version: string, path: string): string {
  const into = join(folder, `${name.replace('/', '+')}@${version}`);
  const done = join(into, 'installed');
  if (!existsSync(done)) {
    mkdirSync(into, { recursive: true });
    writeFileSync(join(into, 'package.json'), '{"private":true}');
    const args = ['install', '--no-audit', '--no-fund', '--loglevel=error', `${name}@${version}`];
    execFileSync('npm', args, {
      cwd: into,
      env: { ...process.env, PATH: path },
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    writeFileSync(done, '');
  }
  return join(into, 'node_modules', '.bin');
}

/**
 * Installs a host below a folder, once a version.
 *
 * @returns the PATH that finds it
 */
export function installHost(host: Host, folder: string): string {
  const path = process.env['PATH'] ?? '';
  const isOld = Number(process.versions.node.split('.')[0]) < 22;
  const node = host.needsNode22 && isOld ? [install(folder, NODE_22.package, NODE_22.version, path)] : [];
  const withNode = [...node, path].join(delimiter);
  return [install(folder, host.package, host.version, withNode), withNode].join(delimiter);
}
