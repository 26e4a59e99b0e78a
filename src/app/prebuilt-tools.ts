import type { Tool } from '../toolkit/define-tool.ts';

/** A tool with its schemas as data. */
type Listed = Omit<Tool, 'inputSchema' | 'outputSchema'> & {
  readonly inputSchema: Record<string, unknown>;
  readonly outputSchema: Record<string, unknown>;
};

/** JSON, filled in by scripts/build.mjs from tools/index.ts: V8 reads it faster than the same object in code. */
declare const BUILT_TOOLS: string;
const tools: Record<'catalogue' | 'undocumented' | 'appOnly', readonly Listed[]> = JSON.parse(BUILT_TOOLS);

/**
 * Replaces tools/index.ts in the bundle where tools are only listed: names, descriptions and schemas are data. Making
 * the schemas of all tools would take a fifth of each start, and most starts call nothing.
 */
const built = ({ inputSchema, outputSchema, ...listed }: Listed): Tool => ({
  ...listed,
  inputSchema: () => inputSchema,
  outputSchema: () => outputSchema,
});

export const catalogue: readonly Tool[] = tools.catalogue.map(built);
export const undocumented: readonly Tool[] = tools.undocumented.map(built);
export const appOnly: readonly Tool[] = tools.appOnly.map(built);
