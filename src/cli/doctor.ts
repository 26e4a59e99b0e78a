import '../mcp/zod-jitless.ts';
import { knownTools, toolsFor } from '../app/tool-registry.ts';
import { systemClock } from '../base/clock.ts';
import { redact, toRedactedJson } from '../base/redact.ts';
import { version } from '../base/version.ts';
import type { Check } from '../doctor/check-result.ts';
import { type DoctorInput, runChecks, type SectionedCheck } from '../doctor/run-checks.ts';
import { type Config, readConfig } from '../settings/read-config.ts';
import { checkText, exitCodeOf, type ReportStyle, verdictText } from './doctor-report.ts';
import { environmentOf, noWords, readCommandLine, settingFlags } from './flags.ts';
import { wantsColours } from './terminal.ts';

const FLAGS = [{ name: 'json' }, { name: 'offline' }] as const;

/**
 * Checks settings, network and service, and says how to fix what is wrong. See `exitCodeOf` for the exit code.
 *
 * @throws UsageError for an unknown flag or an invalid value
 */
export async function doctor(args: readonly string[]): Promise<void> {
  const { words, flags, settings } = readCommandLine(args, FLAGS, settingFlags);
  noWords(words);
  const environment = environmentOf(process.env, settings);
  const config = readConfig(environment, knownTools);
  const all = toolsFor({ ...config, readOnly: false, tools: undefined });
  const input: DoctorInput = {
    environment,
    byFlag: new Set(Object.keys(settings)),
    config,
    tools: { registered: toolsFor(config).length, all: all.length },
    offline: flags.has('offline'),
    clock: systemClock,
    version,
  };
  const json = flags.has('json');
  const style = reportStyle();
  const print = (text: string): void => void process.stdout.write(redact(text));
  if (!json) print(`agora-threads-mcp ${version} on Node ${process.versions.node}: ${subject(config)}\n`);
  const checks: SectionedCheck[] = [];
  // Each check is printed as soon as it is made: a host that does not answer takes its time.
  for await (const check of runChecks(input)) {
    if (!json) print(checkText(check, checks.at(-1)?.section, style));
    checks.push(check);
  }
  if (json) process.stdout.write(`${toRedactedJson(jsonReport(input, checks))}\n`);
  else print(verdictText(checks, style));
  process.exitCode = exitCodeOf(checks);
}

function reportStyle(): ReportStyle {
  const { stdout } = process;
  if (!stdout.isTTY) return { kind: 'plain' };
  return { kind: 'terminal', width: stdout.columns || 80, colours: wantsColours(stdout) };
}

function subject({ target }: Config): string {
  switch (target.kind) {
    case 'app':
      return `app ${target.name} at ${target.origin}`;
    case 'sandbox':
      return `the embedded sandbox, since ${target.forced ? 'AGORA_THREADS_SANDBOX is set' : 'no setting names an app'}`;
    case 'unusable':
      return 'the settings do not say enough, or say it wrong';
  }
}

const jsonReport = ({ config: { target }, offline }: DoctorInput, checks: readonly Check[]) => ({
  version,
  target: target.kind,
  ...(target.kind === 'app' && { app: target.name, host: target.origin }),
  offline,
  exit_code: exitCodeOf(checks),
  checks: checks.map(({ id, status, detail, fix }) => ({ id, status, detail, fix })),
});
