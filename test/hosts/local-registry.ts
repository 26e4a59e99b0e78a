import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import * as z from 'zod';

const manifest = z.looseObject({ name: z.string(), version: z.string() });
const packed = z.tuple([z.object({ filename: z.string() })]);
const address = z.object({ port: z.number() });

/**
 * A registry on loopback that has one package, the built one, so that `npx -y agora-threads-mcp` runs as the pages write it.
 *
 * @param folder where the package is packed to
 */
export async function startRegistry(folder: string): Promise<{ readonly url: string; close(): void }> {
  const about = manifest.parse(JSON.parse(readFileSync('package.json', 'utf8')));
  const args = ['pack', '--ignore-scripts', '--json', '--pack-destination', folder];
  const [{ filename }] = packed.parse(JSON.parse(execFileSync('npm', args, { encoding: 'utf8' })));
  const tarball = readFileSync(join(folder, filename));
  const shasum = createHash('sha1').update(tarball).digest('hex');
  const server = createServer((request, response) => {
    const { host } = request.headers;
    if (request.url === `/${about.name}`) {
      const dist = { tarball: `http://${host}/${filename}`, shasum };
      const versions = { [about.version]: { ...about, devDependencies: {}, dist } };
      response.end(JSON.stringify({ name: about.name, 'dist-tags': { latest: about.version }, versions }));
    } else if (request.url === `/${filename}`) response.end(tarball);
    else response.writeHead(404).end('{}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${address.parse(server.address()).port}/`,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
