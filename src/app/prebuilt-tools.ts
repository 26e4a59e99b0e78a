import * as z from 'zod';
import type { Tool } from '../toolkit/define-tool.ts';

/** What is needed of a tool before it is called. */
type Listed = Omit<Tool, 'prepare' | 'inputSchema' | 'outputSchema'> & {
  readonly inputSchema: Record<string, unknown>;
  readonly outputSchema: Record<string, unknown>;
};

/** Filled in by scripts/build.mjs from tools/index.ts. */
declare const BUILT_TOOLS: Record<'catalogue' | 'undocumented' | 'appOnly', readonly Listed[]>;

/**
 * Replaces tools/index.ts in the bundle: names, descriptions and schemas are data, and a tool is loaded at its first
 * call. Making the schemas of all tools would take a fifth of each start, and most starts call nothing.
 */
const built = ({ inputSchema, outputSchema, ...listed }: Listed): Tool => ({
  ...listed,
  inputSchema: () => inputSchema,
  outputSchema: () => outputSchema,
  async prepare(args) {
    z.config({ jitless: false });
    const { catalogue, undocumented, appOnly } = await import('../../tools/index.ts');
    const tool = [...catalogue, ...undocumented, ...appOnly].find(({ name }) => name === listed.name);
    if (!tool) throw new Error(`The bundle lists ${listed.name}, but does not hold it.`);
    return tool.prepare(args);
  },
});

export const catalogue: readonly Tool[] = BUILT_TOOLS.catalogue.map(built);
export const undocumented: readonly Tool[] = BUILT_TOOLS.undocumented.map(built);
export const appOnly: readonly Tool[] = BUILT_TOOLS.appOnly.map(built);
