import * as z from 'zod';
import { isSandbox } from '../app/is-sandbox.ts';
import { knownTools, toolsFor } from '../app/tool-registry.ts';
import { redact, toRedactedJson } from '../base/redact.ts';
import type { Ask, Progress } from '../mcp/tool-client.ts';
import { type Config, readConfig } from '../settings/read-config.ts';
import type { Tool } from '../toolkit/define-tool.ts';
import { type Arguments, readArguments } from './call-arguments.ts';
import type { CommandLine } from './command.ts';
import { findTool } from './find-tool.ts';
import { startOwnServer } from './own-server.ts';
import { createProgressBar } from './progress-bar.ts';
import { createCancel, exitSoon } from './signals.ts';
import { askYesOrNo, print, styled, tell } from './terminal.ts';
import { terminalWords } from './terminal-words.ts';
import { en, type TerminalWords } from './terminal-words-en.ts';
import { UsageError } from './usage-error.ts';

/**
 * Calls one tool, and prints what an assistant would read.
 *
 * @throws UsageError for an unknown tool or argument, or a `--confirm` of other threads
 */
export async function call({ words: [name, ...words], flags, environment }: CommandLine): Promise<void> {
  // A call asks on the terminal, whatever AGORA_THREADS_CONFIRM says.
  const config: Config = { ...readConfig(environment, knownTools), confirm: 'person' };
  if (name === undefined) {
    const names = toolsFor(config).map((tool) => tool.name);
    throw new UsageError(`name a tool: ${names.join(', ')}.`);
  }
  const tool = findTool(name, config);
  const toolArgs = readArguments(words, tool);
  const confirmed = isConfirmed(flags.get('confirm'), tool, toolArgs);
  const json = flags.get('json') === '1';
  const { target } = config;
  const say = terminalWords(config.language);
  // Unlike a server, which keeps its token.
  if (target.kind === 'app' && target.credentials.kind === 'exchanged') tell(`${say.exchangedAnew}\n`);

  const cancel = createCancel();
  const bar = process.stderr.isTTY ? createProgressBar(tell) : undefined;
  /** In the person's language, and in English for JSON. */
  let refused: ((words: TerminalWords) => string) | undefined;
  let cancelled = tool.kind === 'read' ? say.cancelled : say.cancelledAfter;
  let failureCode = 'unknown';
  const ask: Ask = async ({ message, label }, signal) => {
    if (confirmed) return true;
    bar?.pause();
    tell(`${styled('yellow', message, process.stderr)}\n`);
    if (!isOnTerminal()) {
      refused = (words) => words.noTerminal(`--confirm ${idsOf(toolArgs).join(',')}`);
      return false;
    }
    const answer = await askYesOrNo(say.question(label), process.stderr, signal);
    bar?.resume();
    if (answer === 'no') refused = (words) => words.answeredNo;
    if (answer === 'interrupted') {
      cancelled = say.cancelledBefore;
      cancel.by('SIGINT');
    }
    return answer === 'yes';
  };
  const client = await startOwnServer(config, ask, {
    formIs: confirmed ? 'flag' : 'terminal',
    onFailure: ({ code }) => {
      failureCode = code;
    },
  });
  // A walk may end long before its limit, which is all that is known of its length.
  const { max_scan } = toolArgs;
  const total = typeof max_scan === 'number' ? max_scan : undefined;
  try {
    const onProgress = bar && ((progress: Progress): void => bar.show({ total, ...progress }));
    const options = { signal: cancel.signal, onProgress };
    const { text, structured } = await client.call(tool.name, toolArgs, options).finally(() => bar?.pause());
    if (structured === undefined) {
      process.exitCode = USED_WRONGLY.has(failureCode) ? 2 : 1;
      tell(`${text}\n`);
      if (json) print(toRedactedJson({ error: { code: failureCode, text } }));
    } else if (refused !== undefined) {
      process.exitCode = isOnTerminal() ? 1 : 2;
      tell(`${refused(say)}\n`);
      // The server's own summary is for a model, and names settings that have no effect here.
      const summary = `${isSandbox(target) ? '[sandbox] ' : ''}${refused(en)}`;
      if (json) print(toRedactedJson({ ...structured, summary }));
    } else {
      process.exitCode = isDone(structured, toolArgs) ? 0 : 1;
      print(json ? toRedactedJson(structured) : redact(text));
    }
  } catch (error) {
    if (!cancel.signal.aborted) throw error;
    tell(`${cancelled}\n`);
    exitSoon();
  } finally {
    await client.close();
  }
}

const isOnTerminal = (): boolean => process.stdin.isTTY && process.stderr.isTTY;

/** The threads that a call is about, as its arguments name them. */
const idsOf = ({ thread_id, thread_ids }: Arguments): readonly string[] =>
  [...new Set(Array.isArray(thread_ids) ? thread_ids : [thread_id])].filter((id) => typeof id === 'string');

/**
 * Did the command line confirm the deletion? It must repeat the exact thread ids: a bare "yes" in a script would confirm
 * whatever its variables hold one day.
 *
 * @throws UsageError where it names other threads
 */
function isConfirmed(named: string | undefined, tool: Tool, args: Arguments): boolean {
  if (named === undefined) return false;
  if (tool.kind !== 'delete') throw new UsageError(`${tool.name} deletes nothing, so there is nothing to --confirm.`);
  const ids = new Set(named.split(',').map((id) => id.trim()));
  const meant = idsOf(args);
  if (ids.size === meant.length && meant.every((id) => ids.has(id))) return true;
  throw new UsageError(
    `--confirm names ${[...ids].filter((id) => id !== '').join(', ') || 'no thread'}, but the call is about ${meant.join(', ') || 'no thread'}. Nothing was sent.`,
  );
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

/** May a script take the result for a success? */
function isDone({ status, members, thread_id }: Record<string, unknown>, asked: Arguments): boolean {
  // The message of a thread to be restored has another one, so nothing of it is back.
  if (status === 'already_exists' && 'thread_id' in asked && asked['thread_id'] !== thread_id) return false;
  const lacksMembers = newMembers.safeParse(members).data?.some((member) => member.status !== 'added');
  return !NOT_DONE.has(status) && !lacksMembers;
}

/** The call or the settings are wrong, and nothing was sent. */
const USED_WRONGLY = new Set(['bad_arguments', 'not_configured']);
