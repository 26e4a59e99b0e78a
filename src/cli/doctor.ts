import { isSandbox } from '../app/is-sandbox.ts';
import { knownTools } from '../app/tool-registry.ts';
import { quoted } from '../base/escape.ts';
import { languageOf } from '../base/language.ts';
import { redact, toRedactedJson } from '../base/redact.ts';
import { version } from '../base/version.ts';
import type { AssistantServer } from '../doctor/assistant-file.ts';
import { assistantName } from '../doctor/assistant-kinds.ts';
import type { Check } from '../doctor/check-result.ts';
import { runChecks, type Section } from '../doctor/run-checks.ts';
import type { DoctorWords } from '../doctor/words-en.ts';
import { wordsOf } from '../doctor/words-of.ts';
import { readConfig, type Target } from '../settings/read-config.ts';
import type { CommandLine } from './command.ts';
import { type DoctorSettings, readAssistantSettings } from './doctor-config.ts';
import { checkText, exitCodeOf, handOver, headingText, type ReportStyle, verdictText } from './doctor-report.ts';
import { environmentOf } from './flags.ts';
import { wantsColours } from './terminal.ts';
import { UsageError } from './usage-error.ts';

/**
 * Checks settings, network and service, and says how to fix what is wrong. See `exitCodeOf` for the exit code.
 *
 * @throws UsageError for a configuration that cannot be used
 */
export async function doctor({ flags, settings }: CommandLine): Promise<void> {
  const [file, server] = [flags.get('config'), flags.get('server')];
  if (file === undefined && server !== undefined) throw new UsageError('--server NAME needs --config FILE.');
  const given: DoctorSettings =
    file === undefined
      ? { environment: process.env, sources: new Map(), checks: [] }
      : readAssistantSettings(file, server);
  const environment = environmentOf(given.environment, settings);
  const json = flags.get('json') === '1';
  // The report is for the person at this shell, whatever the file says to its own. Scripts read JSON in English.
  const [ofShell, ofFile] = [process.env, environment].map(({ AGORA_THREADS_LANG }) => AGORA_THREADS_LANG);
  const language = (json ? undefined : languageOf(settings.AGORA_THREADS_LANG ?? ofShell ?? ofFile)) ?? 'en';
  const say = wordsOf(language);
  const config = readConfig(environment, knownTools, language);
  const { target } = config;
  const offline = flags.get('offline') === '1';
  const style = reportStyle();
  const print = (text: string): void => void process.stdout.write(redact(text));
  if (!json) print(`${say.title(version, process.versions.node, subject(target, given, say))}\n`);

  const checks: Check[] = [];
  let heading: Section | undefined;
  // Each check is printed as soon as it is made: a host that does not answer takes its time.
  await runChecks(
    {
      environment,
      sources: new Map([...given.sources, ...Object.keys(settings).map((name) => [name, 'flag'] as const)]),
      ofAssistant: given.checks,
      assistant: given.server?.kind,
      config,
      offline,
    },
    (section, ...made) => {
      checks.push(...made);
      if (json || made.length === 0) return;
      if (section !== heading) print(headingText(section, say, style));
      heading = section;
      for (const check of made) print(checkText(check, say, style));
    },
  );

  const sandboxOnly = isSandbox(target);
  process.exitCode = exitCodeOf(checks, sandboxOnly);
  if (!json) return print(verdictText(checks, say, style, sandboxOnly ? handOver(target, say, file) : undefined));
  const report = {
    version,
    ...(given.server && { config: namesOf(given.server, say) }),
    target: sandboxOnly ? 'sandbox' : target.kind,
    ...(target.kind === 'app' && { app: target.name, host: target.origin }),
    offline,
    exit_code: process.exitCode,
    checks: checks.map(({ id, status, detail, fix }) => ({ id, status, detail: detail(say), fix: fix?.(say) })),
  };
  process.stdout.write(`${toRedactedJson(report)}\n`);
}

const namesOf = ({ path, kind, name }: AssistantServer, say: DoctorWords) => ({
  file: path,
  assistant: assistantName(kind, say),
  server: name,
});

function reportStyle(): ReportStyle {
  const { stdout } = process;
  if (!stdout.isTTY) return { kind: 'plain' };
  return { kind: 'terminal', width: stdout.columns || 80, colours: wantsColours(stdout) };
}

/** What is checked, and who starts it. */
function subject(target: Target, { server }: DoctorSettings, say: DoctorWords): string {
  const as = server ? say.subject.as(assistantName(server.kind, say), quoted(server.name, 60)) : '';
  switch (target.kind) {
    case 'app':
      return say.subject.app(quoted(target.name), target.origin) + as;
    case 'sandbox':
      return (target.forced ? say.subject.sandboxForced : say.subject.sandbox) + as;
    case 'unusable':
      return say.skipped.incomplete + as;
  }
}
