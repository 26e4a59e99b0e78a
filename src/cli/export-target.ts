import { once } from 'node:events';
import { open, unlink } from 'node:fs/promises';
import { visible } from '../base/escape.ts';
import { systemCode } from '../base/system-code.ts';
import { UsageError } from './usage-error.ts';

/** Where an export goes. */
export interface ExportTarget {
  /** Resolves once there is room for more. */
  write(text: string): Promise<void>;
  /** Takes away a file that holds nothing of use. */
  discard(): Promise<void>;
  close(): Promise<void>;
}

export const toStdout: ExportTarget = {
  async write(text) {
    if (!process.stdout.write(text)) await once(process.stdout, 'drain');
  },
  discard: async () => undefined,
  close: async () => undefined,
};

/** It holds names and ids of the app's users. */
const OWNER_ONLY = 0o600;

/**
 * A new file.
 *
 * @throws UsageError where there is a file of that name, or none can be made
 */
export async function toNewFile(path: string): Promise<ExportTarget> {
  const file = await open(path, 'wx', OWNER_ONLY).catch((error: unknown) => {
    const code = systemCode(error) ?? String(error);
    const why = code === 'EEXIST' ? 'it exists already, and nothing is written over' : code;
    throw new UsageError(`--out ${visible(JSON.stringify(path))} cannot be written: ${why}.`);
  });
  let queue = Promise.resolve();
  return {
    write(text) {
      // Several threads may be ready at once, and a row is written whole.
      queue = queue.then(() => file.writeFile(text));
      return queue;
    },
    discard: async () => unlink(path),
    async close() {
      await queue.catch(() => undefined);
      await file.close();
    },
  };
}
