import * as z from 'zod';

/**
 * What a start does not need: the server that lists is small, and the rest is loaded with the first call.
 *
 * @throws Error where the server was updated or removed since its start, so that its files do not fit any more
 */
export async function loadFirstCall(): Promise<typeof import('./first-call.ts')> {
  // Turned off by src/base/zod-jitless.ts. The tools read pages of 50 rows, so here compiling pays.
  z.config({ jitless: false });
  return import('./first-call.ts').catch((error: unknown) => {
    const isGone = error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND';
    throw isGone ? new Error('This server was updated or removed after its start. Restart it.') : error;
  });
}
