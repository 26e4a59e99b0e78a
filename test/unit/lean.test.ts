import { build } from 'esbuild';
import { describe, expect, it } from 'vitest';
import { CHUNK_RULES, lean, RULES, type Rule } from '../../scripts/lean.mjs';

const buildWith = (rules: readonly Rule[], contents: string) =>
  build({
    stdin: { contents, resolveDir: import.meta.dirname },
    bundle: true,
    write: false,
    logLevel: 'silent',
    plugins: [lean(rules)],
  });

describe('a rule of the build', () => {
  it.each([...RULES, ...CHUNK_RULES])('that matches no file fails the build: $what', async (rule) => {
    await expect(buildWith([rule], 'export {};')).rejects.toThrow(rule.what);
  });

  it('fails the build with its filter broken only, among rules that match', async () => {
    const [first, ...rest] = RULES.filter(({ filter }) => filter.test('node:fs') || filter.test('/ajv-provider.js'));
    if (!first) throw new Error('no such rule');
    const source = 'import "node:fs"; import "@modelcontextprotocol/sdk/validation/ajv-provider.js";';
    await expect(buildWith([first, ...rest], source)).resolves.toMatchObject({ errors: [] });
    const broken = { ...first, filter: /[\\/]a-file-that-was-moved\.js$/ };
    await expect(buildWith([broken, ...rest], source)).rejects.toThrow(
      `1 error:\nerror: No file matches ${broken.filter}`,
    );
  });
});
