import '../mcp/zod-jitless.ts';
import { isSandbox } from '../app/is-sandbox.ts';
import { knownTools, toolsFor } from '../app/tool-registry.ts';
import { systemClock } from '../base/clock.ts';
import { quoted } from '../base/escape.ts';
import { redact, toRedactedJson } from '../base/redact.ts';
import { version } from '../base/version.ts';
import { type DoctorInput, runChecks, type SectionedCheck } from '../doctor/run-checks.ts';
import { type Config, readConfig } from '../settings/read-config.ts';
import { type DoctorSettings, readAssistantSettings } from './doctor-config.ts';
import { checkText, exitCodeOf, handOver, type ReportStyle, verdictText } from './doctor-report.ts';
import { environmentOf, noWords, readCommandLine, settingFlags } from './flags.ts';
import { wantsColours } from './terminal.ts';
import { UsageError } from './usage-error.ts';

const FLAGS = [
  { name: 'json' },
  { name: 'offline' },
  { name: 'config', value: 'FILE' },
  { name: 'server', value: 'NAME' },
] as const;

/**
 * Checks settings, network and service, and says how to fix what is wrong. See `exitCodeOf` for the exit code.
 *
 * @throws UsageError for an unknown flag, an invalid value, or a configuration that cannot be used
 */
export async function doctor(args: readonly string[]): Promise<void> {
  const { words, flags, settings } = readCommandLine(args, FLAGS, settingFlags);
  noWords(words);
  const [file, server] = [flags.get('config')?.[0], flags.get('server')?.[0]];
  if (file === undefined && server !== undefined) throw new UsageError('--server NAME needs --config FILE.');
  const given = file === undefined ? ofThisShell() : await readAssistantSettings(file, server);
  const environment = environmentOf(given.environment, settings);
  const config = readConfig(environment, knownTools);
  const all = toolsFor({ ...config, readOnly: false, tools: undefined });
  const input: DoctorInput = {
    environment,
    sources: new Map([...given.sources, ...Object.keys(settings).map((name) => [name, 'flag'] as const)]),
    ofAssistant: given.checks,
    config,
    tools: { registered: toolsFor(config).length, all: all.length },
    offline: flags.has('offline'),
    clock: systemClock,
    version,
  };
  const json = flags.has('json');
  const style = reportStyle();
  const print = (text: string): void => void process.stdout.write(redact(text));
  if (!json) print(`agora-threads-mcp ${version} on Node ${process.versions.node}: ${subject(config)}${given.as}\n`);
  const checks: SectionedCheck[] = [];
  // Each check is printed as soon as it is made: a host that does not answer takes its time.
  for await (const check of runChecks(input)) {
    if (!json) print(checkText(check, checks.at(-1)?.section, style));
    checks.push(check);
  }
  const sandboxOnly = isSandbox(config.target);
  process.exitCode = exitCodeOf(checks, sandboxOnly);
  if (json) process.stdout.write(`${toRedactedJson(jsonReport(input, checks, given, sandboxOnly))}\n`);
  else print(verdictText(checks, style, sandboxOnly ? handOver(config.target, file) : undefined));
}

const ofThisShell = (): DoctorSettings => ({
  environment: process.env,
  sources: new Map(),
  checks: [],
  as: '',
  server: undefined,
});

function reportStyle(): ReportStyle {
  const { stdout } = process;
  if (!stdout.isTTY) return { kind: 'plain' };
  return { kind: 'terminal', width: stdout.columns || 80, colours: wantsColours(stdout) };
}

function subject({ target }: Config): string {
  switch (target.kind) {
    case 'app':
      return `app ${quoted(target.name)} at ${target.origin}`;
    case 'sandbox':
      return `the embedded sandbox, because ${target.forced ? 'AGORA_THREADS_SANDBOX is set' : 'no setting names an app'}`;
    case 'unusable':
      return 'settings are incomplete or invalid';
  }
}

const jsonReport = (
  { config: { target }, offline }: DoctorInput,
  checks: readonly SectionedCheck[],
  { server }: DoctorSettings,
  sandboxOnly: boolean,
) => ({
  version,
  ...(server && { config: server }),
  target: sandboxOnly ? 'sandbox' : target.kind,
  ...(target.kind === 'app' && { app: target.name, host: target.origin }),
  offline,
  exit_code: exitCodeOf(checks, sandboxOnly),
  checks: checks.map(({ id, status, detail, fix }) => ({ id, status, detail, fix })),
});
