import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createSecureContext } from 'node:tls';
import { Agent, getGlobalDispatcher, setGlobalDispatcher } from 'undici';
import { accepting } from './ports.ts';

/** Tests and long runs start in the folder of the repository. */
const file = (name: string): string => resolve(name);

/** Is an nginx installed on this machine? */
export const hasNginx = (): boolean => spawnSync('nginx', ['-v']).status === 0;

/** The file that docs/team.md gives to operators, with nothing changed but addresses and certificates. */
async function documentedFile(port: number, replicas: readonly [number, number]): Promise<string> {
  const changes = [
    ['listen 443 ssl', `listen 127.0.0.1:${port} ssl`],
    ['127.0.0.1:8081', `127.0.0.1:${replicas[0]}`],
    ['127.0.0.1:8082', `127.0.0.1:${replicas[1]}`],
    ['/etc/ssl/certs/threads.example.com.pem', file('test/support/tls/cert.pem')],
    ['/etc/ssl/private/threads.example.com.key', file('test/support/tls/key.pem')],
  ] as const;
  let text = await readFile(file('docs/team/nginx.conf'), 'utf8');
  for (const [from, to] of changes) {
    if (!text.includes(from)) throw new Error(`docs/team/nginx.conf has no ${from}`);
    text = text.replaceAll(from, to);
  }
  return text;
}

/** What a distribution's nginx.conf holds around the files in conf.d, with all that it writes in one folder. */
const around = (folder: string): string => `
daemon off;
pid ${folder}/pid;
error_log ${folder}/error.log warn;
worker_processes 1;
events { worker_connections 4096; }
http {
  access_log off;
  client_body_temp_path ${folder}/body;
  proxy_temp_path ${folder}/proxy;
  fastcgi_temp_path ${folder}/fastcgi;
  uwsgi_temp_path ${folder}/uwsgi;
  scgi_temp_path ${folder}/scgi;
  include ${folder}/agora-threads.conf;
}
`;

export interface Nginx {
  /** Scheme, host and port. */
  readonly origin: string;
  /** What it has to complain about. */
  errors(): Promise<string>;
  close(): Promise<void>;
}

/**
 * Starts nginx on loopback in front of two replicas, `a` and `b`, at these ports. Until it is closed, `fetch` of this
 * process trusts its certificate.
 */
export async function startNginx(port: number, replicas: readonly [number, number]): Promise<Nginx> {
  const folder = await mkdtemp(join(tmpdir(), 'nginx-'));
  await writeFile(join(folder, 'nginx.conf'), around(folder));
  await writeFile(join(folder, 'agora-threads.conf'), await documentedFile(port, replicas));
  const child = spawn('nginx', ['-p', folder, '-c', join(folder, 'nginx.conf')], { stdio: 'ignore' });
  const ca = await readFile(file('test/support/tls/cert.pem'), 'utf8');
  const before = getGlobalDispatcher();
  const trusting = new Agent({
    connect: { secureContext: createSecureContext({ ca }), servername: 'chat.test' },
    bodyTimeout: 0,
    headersTimeout: 0,
    // A client that pauses must not shake hands anew for each call.
    keepAliveTimeout: 60_000,
  });
  setGlobalDispatcher(trusting);
  await accepting(port);
  return {
    origin: `https://127.0.0.1:${port}`,
    errors: () => readFile(join(folder, 'error.log'), 'utf8'),
    async close() {
      setGlobalDispatcher(before);
      await trusting.destroy();
      const exit = once(child, 'exit');
      child.kill('SIGTERM');
      await exit;
      await rm(folder, { recursive: true, force: true });
    },
  };
}
