import '../mcp/zod-jitless.ts';
import { styleText } from 'node:util';
import * as z from 'zod';
import { assemble } from '../app/build-server.ts';
import { isSandbox } from '../app/is-sandbox.ts';
import { argumentNames, knownTools, toolsFor } from '../app/tool-registry.ts';
import { createLog } from '../base/log.ts';
import { redact, toRedactedJson } from '../base/redact.ts';
import { connectInProcess } from '../mcp/in-process-client.ts';
import type { Outcome, ToolClient } from '../mcp/tool-client.ts';
import { type Config, readConfig } from '../settings/read-config.ts';
import type { Tool } from '../toolkit/define-tool.ts';
import { type Arguments, readArguments } from './call-arguments.ts';
import { findTool } from './find-tool.ts';
import { type CommandLine, environmentOf, readCommandLine, settingFlags } from './flags.ts';
import { createProgressBar, type ProgressBar } from './progress-bar.ts';
import { askYesOrNo, print, wantsColours } from './terminal.ts';
import { UsageError } from './usage-error.ts';

const FLAGS = [{ name: 'json' }, { name: 'confirm', value: 'THREAD_ID', multiple: true }] as const;
/** `--confirm` names threads here, so the setting of that name has no flag: a call asks on the terminal. */
const SETTINGS = settingFlags.filter(({ name }) => name !== 'confirm');

/** Shell convention: 128 plus the number of the signal. */
const CANCELLED = { SIGINT: 130, SIGTERM: 143 } as const;
/** After a cancel, open connections get this long to close, in milliseconds. */
const LAST_MOMENT_MS = 500;

/**
 * Calls one tool, and prints what an assistant would read.
 *
 * @throws UsageError for an unknown tool, flag or argument
 */
export async function call(args: readonly string[]): Promise<void> {
  const line = readCommandLine(args, FLAGS, SETTINGS, (flag) => {
    const argument = flag.replaceAll('-', '_');
    return argumentNames.has(argument) ? `Arguments are KEY=VALUE: ${argument}=...` : undefined;
  });
  const [name, ...words] = line.words;
  const settings = readConfig(environmentOf(process.env, line.settings), knownTools);
  if (name === undefined)
    throw new UsageError(
      `name a tool: ${toolsFor(settings)
        .map((tool) => tool.name)
        .join(', ')}.`,
    );
  const config: Config = { ...settings, confirm: 'person' };
  const tool = findTool(name, config);
  const toolArgs = readArguments(words, tool);
  const { target } = config;
  if (target.kind === 'app' && target.credentials.kind === 'exchanged') tell(EXCHANGED_ANEW);
  const confirmed = readConfirmed(line, tool, toolArgs);

  const cancel = new AbortController();
  let cancelled: keyof typeof CANCELLED | undefined;
  const onSignal = (signal: keyof typeof CANCELLED) => {
    cancelled = signal;
    cancel.abort();
  };
  process.once('SIGINT', onSignal);
  process.once('SIGTERM', onSignal);

  const bar = process.stderr.isTTY ? createProgressBar(tell, boundOf(toolArgs)) : undefined;
  let refused: string | undefined;
  let interrupted = false;
  let failureCode = 'unknown';
  const { server, connector } = assemble(config, createLog(config.logLevel, tell), {
    formIs: confirmed ? 'flag' : 'terminal',
    onFailure: ({ code }) => {
      failureCode = code;
    },
  });
  const client = await connectInProcess(server, async (question, signal) => {
    if (confirmed) return true;
    bar?.pause();
    const answer = await ask(question, idsOf(toolArgs), signal);
    bar?.resume();
    interrupted = answer === 'interrupted';
    if (interrupted) onSignal('SIGINT');
    refused = typeof answer === 'object' ? answer.refused : undefined;
    return answer === 'yes';
  });
  try {
    const outcome = await callWithBar(client, tool.name, toolArgs, cancel.signal, bar);
    finish(outcome, failureCode, line.flags.has('json'), refused, isSandbox(config.target));
  } catch (error) {
    if (cancelled === undefined) throw error;
    tell(
      `Cancelled.${interrupted ? ' Nothing was changed.' : tool.kind === 'read' ? '' : ' What was sent before may have been done.'}\n`,
    );
    process.exitCode = CANCELLED[cancelled];
    setTimeout(() => process.exit(), LAST_MOMENT_MS).unref();
  } finally {
    process.off('SIGINT', onSignal);
    process.off('SIGTERM', onSignal);
    await client.close();
    await connector.close();
  }
}

/** Unlike a server, which keeps its token. */
const EXCHANGED_ANEW =
  'agora-threads-mcp call: each call exchanges the client secret for a new token, and the service bans callers that do so too often. For many calls get one token, and set AGORA_CHAT_APP_TOKEN.\n';

const tell = (text: string): void => void process.stderr.write(redact(text));

/** The threads that a call is about, as its arguments name them. */
const idsOf = ({ thread_id, thread_ids }: Arguments): readonly string[] =>
  [...new Set(Array.isArray(thread_ids) ? thread_ids : [thread_id])].filter((id) => typeof id === 'string');

/**
 * Did the command line confirm the deletion? It must repeat the exact thread ids: a bare "yes" in a script would confirm
 * whatever its variables hold one day.
 *
 * @throws UsageError where it names other threads
 */
function readConfirmed({ flags }: CommandLine, tool: Tool, args: Arguments): boolean {
  const given = flags.get('confirm');
  if (given === undefined) return false;
  if (tool.kind !== 'delete') throw new UsageError(`${tool.name} deletes nothing, so there is nothing to --confirm.`);
  const named = new Set(given.flatMap((ids) => ids.split(',')).map((id) => id.trim()));
  const meant = idsOf(args);
  if (named.size === meant.length && meant.every((id) => named.has(id))) return true;
  throw new UsageError(
    `--confirm names ${[...named].filter((id) => id !== '').join(', ') || 'no thread'}, but the call is about ${meant.join(', ') || 'no thread'}. Nothing was sent.`,
  );
}

/** The most threads a walk may check: the full length of its progress bar. */
const boundOf = ({ max_scan: bound }: Arguments): number | undefined => (typeof bound === 'number' ? bound : undefined);

async function callWithBar(
  client: ToolClient,
  tool: string,
  args: Arguments,
  signal: AbortSignal,
  bar: ProgressBar | undefined,
): Promise<Outcome> {
  try {
    return await client.call(tool, args, { signal, onProgress: bar?.show });
  } finally {
    bar?.pause();
  }
}

/** Shows the whole question and waits for the person at the terminal. Without a terminal it says how to go on. */
async function ask(
  { message, label }: { message: string; label: string },
  ids: readonly string[],
  signal: AbortSignal,
): Promise<'yes' | 'interrupted' | { refused: string }> {
  const styled = wantsColours(process.stderr) ? styleText('yellow', message) : message;
  tell(`${styled}\n`);
  if (!process.stdin.isTTY || !process.stderr.isTTY) {
    const how = `--confirm ${ids.join(',')}`;
    return { refused: `Nothing was changed: there is no terminal to ask on. To go on, add ${how}` };
  }
  const answer = await askYesOrNo(`${label}?`, { input: process.stdin, output: process.stderr }, signal);
  return answer === 'no' ? { refused: 'Nothing was changed: the answer was no.' } : answer;
}

/** Results that a script must not take for a success. */
const NOT_DONE = new Set<unknown>([
  'partly_done',
  'partly_restored',
  'unknown',
  'declined',
  'refused',
  'no_record',
  'confirmation_required',
]);
/** Of a new thread. */
const newMembers = z.array(z.object({ status: z.string() }));
const lacksMembers = (members: unknown): boolean =>
  newMembers.safeParse(members).data?.some(({ status }) => status !== 'added') ?? false;
/** The call or the settings are wrong, and nothing was sent. */
const USED_WRONGLY = new Set(['bad_arguments', 'not_configured']);

function finish(
  { text, structured }: Outcome,
  code: string,
  json: boolean,
  refused: string | undefined,
  sandbox: boolean,
): void {
  if (structured === undefined) {
    process.exitCode = USED_WRONGLY.has(code) ? 2 : 1;
    tell(`${text}\n`);
    if (json) print(toRedactedJson({ error: { code, text } }));
    return;
  }
  process.exitCode = NOT_DONE.has(structured['status']) || lacksMembers(structured['members']) ? 1 : 0;
  if (refused !== undefined) {
    tell(`${refused}\n`);
    process.exitCode = process.stdin.isTTY && process.stderr.isTTY ? 1 : 2;
  }
  // The server's own summary of a declined call is for a model, and names settings that have no effect here.
  const summary = refused === undefined ? {} : { summary: sandbox ? `[sandbox] ${refused}` : refused };
  if (json) print(toRedactedJson({ ...structured, ...summary }));
  else if (refused === undefined) print(redact(text));
}
