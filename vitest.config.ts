import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/{unit,protocol,e2e}/**/*.test.ts'],
    globalSetup: ['test/support/global-setup.ts'],
    // A child process that starts cold on a busy machine needs more than the default five seconds.
    testTimeout: 20_000,
    // Most of the time is spent waiting for child processes and servers, so a core need not be left free.
    maxWorkers: '100%',
    // A setting of the person who runs the tests must not reach them: see test/support/env.ts.
    setupFiles: ['test/support/env.ts'],
  },
});
