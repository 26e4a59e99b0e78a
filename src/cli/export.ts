import { AgoraError } from '../agora/errors.ts';
import { createConnector } from '../app/connector.ts';
import { knownTools } from '../app/tool-registry.ts';
import { systemClock } from '../base/clock.ts';
import { inQuotes, visible } from '../base/escape.ts';
import { createLog } from '../base/log.ts';
import { version } from '../base/version.ts';
import { wordsOf } from '../doctor/words-of.ts';
import { problemText, SettingsError } from '../settings/problem.ts';
import { readConfig } from '../settings/read-config.ts';
import type { CommandLine } from './command.ts';
import { csvLine, type ExportRow, jsonLine } from './export-format.ts';
import { readExportOptions } from './export-options.ts';
import { toNewFile, toStdout } from './export-target.ts';
import { exportThreads } from './export-walk.ts';
import { createProgressBar } from './progress-bar.ts';
import { createCancel } from './signals.ts';
import { tell } from './terminal.ts';
import { terminalWords } from './terminal-words.ts';
import { UsageError } from './usage-error.ts';

const INCOMPLETE = 3;
/** A byte order mark, by which Excel knows UTF-8. */
const BOM = '\ufeff';

/**
 * Writes all threads of the app, of a group or of a user to stdout or to a new file.
 *
 * @throws UsageError for a wrong flag, settings that are not enough, or a file that exists
 */
export async function exportAll({ flags, environment }: CommandLine): Promise<void> {
  const options = readExportOptions(flags);
  const config = readConfig(environment, knownTools);
  if (config.target.kind === 'unusable') throw new UsageError(config.target.problems.map(problemText).join(' '));
  if (options.format === 'csv' && options.out === undefined && process.stdout.isTTY) {
    throw new UsageError('csv holds names as they are, and some would change the terminal: add --out FILE.');
  }
  // The quota is shared with the app's live users.
  const perSecond = Math.max(1, Math.floor(config.rateLimit / 2));
  const target = options.out === undefined ? toStdout : await toNewFile(options.out);
  const connector = createConnector(
    { ...config, rateLimit: perSecond },
    systemClock,
    version,
    Math.random,
    createLog(config.logLevel, tell),
  );
  const lineOf = (row: ExportRow): string => (options.format === 'csv' ? csvLine(row, options.members) : jsonLine(row));
  const say = terminalWords(config.language).export;
  const { failure: inWords } = wordsOf(config.language);
  const mark = config.target.kind === 'sandbox' ? '[sandbox] ' : '';
  const bar = process.stderr.isTTY ? createProgressBar(tell) : undefined;

  const cancel = createCancel();
  try {
    const connection = await connector.connect();
    if (options.members) tell(`${mark}${say.cost(perSecond, Math.ceil(1_000 / perSecond))}\n`);
    if (options.bom) await target.write(BOM);
    const { end, failure } = await exportThreads({
      connection,
      options,
      clock: systemClock,
      signal: cancel.signal,
      write: (row) => target.write(lineOf(row)),
      onProgress: ({ threads, listed, calls }) =>
        bar?.show({ progress: threads, total: listed, message: say.progress(threads, calls) }),
    });
    bar?.pause();
    const app = inQuotes(visible(connection.app.name));
    const exported = say.exported(end.threads, app, end.unresolved, end.calls);
    const how = end.complete ? say.complete : say.incomplete(failure && inWords(failure.facts).detail);
    tell(`${mark}${exported}${how}\n`);
    process.exitCode = end.complete ? 0 : INCOMPLETE;
  } catch (error) {
    bar?.pause();
    if (cancel.signal.aborted) {
      tell(`${mark}${say.cancelled}\n`);
      return;
    }
    await target.discard();
    if (error instanceof SettingsError) throw new UsageError(error.message);
    if (!(error instanceof AgoraError)) throw error;
    const { detail, fix } = inWords(error.facts);
    tell(`${mark}${say.nothing(detail, fix)}\n`);
    process.exitCode = 1;
  } finally {
    await target.close();
    await connector.close();
  }
}
