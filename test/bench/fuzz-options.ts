import { parseArgs } from 'node:util';

/** `--cases` and `--seed` of a fuzzer; a seed that is not given is drawn, and printed by the fuzzer. */
export function readFuzzOptions(): { readonly total: number; readonly seed: number } {
  const { values } = parseArgs({
    args: process.argv.slice(3),
    options: { cases: { type: 'string', default: '100000' }, seed: { type: 'string' } },
  });
  const total = Number(values.cases);
  const seed = values.seed === undefined ? Math.floor(Math.random() * 2 ** 31) : Number(values.seed);
  if (!Number.isInteger(total) || total < 1 || !Number.isInteger(seed))
    throw new Error('--cases and --seed take whole numbers.');
  return { total, seed };
}
