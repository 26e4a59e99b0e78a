import type { Tool } from '../toolkit/define-tool.ts';

/** A tool with its schemas as data. */
type Listed = Omit<Tool, 'inputSchema' | 'outputSchema'> & {
  readonly inputSchema: Record<string, unknown>;
  readonly outputSchema: Record<string, unknown>;
};

/** Filled in by scripts/build.mjs from tools/index.ts. */
declare const BUILT_TOOLS: Record<'catalogue' | 'undocumented' | 'appOnly', readonly Listed[]>;

/**
 * Replaces tools/index.ts in the bundle where tools are only listed: names, descriptions and schemas are data. Making
 * the schemas of all tools would take a fifth of each start, and most starts call nothing.
 */
const built = ({ inputSchema, outputSchema, ...listed }: Listed): Tool => ({
  ...listed,
  inputSchema: () => inputSchema,
  outputSchema: () => outputSchema,
});

export const catalogue: readonly Tool[] = BUILT_TOOLS.catalogue.map(built);
export const undocumented: readonly Tool[] = BUILT_TOOLS.undocumented.map(built);
export const appOnly: readonly Tool[] = BUILT_TOOLS.appOnly.map(built);
