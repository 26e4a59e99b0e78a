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
  const checks = flags.has('json') ? await printJson(input) : await printText(input);
  process.exitCode = exitCodeOf(checks);
}

/** Prints each check as soon as it is made: a host that does not answer takes its time. */
async function printText(input: DoctorInput): Promise<readonly Check[]> {
  const { stdout } = process;
  const style: ReportStyle = stdout.isTTY
    ? { kind: 'terminal', width: stdout.columns || 80, colours: wantsColours(stdout) }
    : { kind: 'plain' };
  const print = (text: string): void => void stdout.write(redact(text));
  print(`agora-threads-mcp ${version} on Node ${process.versions.node}: ${subject(input.config)}\n`);
  const checks: SectionedCheck[] = [];
  for await (const check of runChecks(input)) {
    print(checkText(check, checks.at(-1)?.section, style));
    checks.push(check);
  }
  print(verdictText(checks, style));
  return checks;
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

async function printJson(input: DoctorInput): Promise<readonly Check[]> {
  const checks: Check[] = [];
  for await (const check of runChecks(input)) checks.push(check);
  const { target } = input.config;
  const report = {
    version,
    target: target.kind,
    ...(target.kind === 'app' && { app: target.name, host: target.origin }),
    offline: input.offline,
    exit_code: exitCodeOf(checks),
    checks: checks.map(({ id, status, detail, fix }) => ({ id, status, detail, fix })),
  };
  process.stdout.write(`${toRedactedJson(report)}\n`);
  return checks;
}
