import { startDirectory, threeOf } from '../support/ask-directory.ts';
import { boundsOf, type CrowdShape, MANY, SHAPES } from '../support/crowd-shapes.ts';
import { report } from './report.ts';

/** The calls that it takes to know all threads of an app, on a stand-in in this process. */
async function measure(name: string, options: CrowdShape, page?: number) {
  const { app, ask } = startDirectory(options);
  const started = performance.now();
  const { known, stopped } = await ask();
  return {
    app: name,
    threads: options.threads,
    known,
    stopped,
    calls: app.total(),
    bound: Math.round(boundsOf(app, page).worst),
    seconds: Number(((performance.now() - started) / 1_000).toFixed(2)),
    heap_mb: Math.round(process.memoryUsage().heapUsed / 1e6),
  };
}

const large: CrowdShape = { threads: 100_000, membersOf: (index, random) => threeOf(20_000)(index, random) };
const rows = [await measure('three members each', MANY)];
for (const [name, options, page] of SHAPES) rows.push(await measure(name, options, page));
rows.push(await measure('20,000 users', large));
report('directory-walks', rows);
process.exitCode = rows.every(({ calls, bound }) => calls <= bound) ? 0 : 1;
