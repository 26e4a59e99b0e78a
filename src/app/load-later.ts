import * as z from 'zod';

/** What a start does not need: the server that lists is small, and the rest is loaded with the first call. */
export async function loadFirstCall(): Promise<typeof import('./first-call.ts')> {
  // Turned off by src/base/zod-jitless.ts. The tools read pages of 50 rows, so here compiling pays.
  z.config({ jitless: false });
  return import('./first-call.ts').catch(misfit);
}

/** Some hosts list the prompts at their start, most never do. */
export const loadPrompts = async () => (await import('../../prompts/index.ts').catch(misfit)).prompts;

/**
 * Why a file cannot be loaded: it is gone, or is of another version.
 *
 * @throws Error that says what helps
 */
function misfit(cause: unknown): never {
  throw new Error('This server was updated or removed after its start. Restart it.', { cause });
}
