import { defineConfig } from 'vitest/config';
import { findChromium } from './test/support/chromium.ts';
import { hasNginx } from './test/support/nginx.ts';
import { hasRedis } from './test/support/redis-server.ts';
import { PATIENCE_MS } from './test/support/until.ts';

const withRedis = hasRedis();
if (!withRedis) {
  process.stderr.write(
    'Left out: test/redis, which needs redis-server on the PATH. To have it: apt-get install redis-server.\n',
  );
}

const withChromium = findChromium() !== undefined;
if (!withChromium) {
  process.stderr.write(
    'Left out: test/views, which needs Chromium. To have it: apt-get install chromium, or name it in CHROMIUM.\n',
  );
}

const withReplicas = withRedis && hasNginx();
if (!withReplicas) {
  process.stderr.write(
    'Left out: test/http/replicas.test.ts, which needs nginx and redis-server on the PATH. To have them: apt-get install nginx-light redis-server.\n',
  );
}

export default defineConfig({
  test: {
    include: [
      'test/{unit,protocol,e2e,http}/**/*.test.ts',
      ...(withRedis ? ['test/redis/**/*.test.ts'] : []),
      ...(withChromium ? ['test/views/**/*.test.ts'] : []),
    ],
    exclude: withReplicas ? [] : ['test/http/replicas.test.ts'],
    globalSetup: ['test/support/global-setup.ts'],
    // These end only what hangs: no test measures how fast the machine is.
    testTimeout: 5 * PATIENCE_MS,
    hookTimeout: 5 * PATIENCE_MS,
    expect: { poll: { timeout: PATIENCE_MS } },
    // Most of the time is spent waiting for child processes and servers, so a core need not be left free.
    maxWorkers: '100%',
    // A setting of the person who runs the tests must not reach them: see test/support/env.ts.
    setupFiles: ['test/support/env.ts'],
  },
});
