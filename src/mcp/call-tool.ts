import type { Server } from '@modelcontextprotocol/sdk/server/index.js';
import * as z from 'zod';
import type { Clock } from '../base/clock.ts';
import { defined } from '../base/defined.ts';
import type { Language } from '../base/language.ts';
import type { Log } from '../base/log.ts';
import { createStopwatch } from '../base/stopwatch.ts';
import type { ConfirmMode } from '../settings/schema.ts';
import { type Asker, formParams } from '../toolkit/ask-by-form.ts';
import { startCallTime } from '../toolkit/call-time.ts';
import type { AppConnection, CallableTool, Session, Tool, ToolResult } from '../toolkit/define-tool.ts';
import { createGate } from '../toolkit/gate.ts';
import { healArguments } from '../toolkit/heal-arguments.ts';
import { VIEW_KEY, ZH_KEY } from '../toolkit/view-data.ts';
import type { Step } from '../toolkit/way-to-ask.ts';
import { createWriter, type WriteOutcome, withDeletionsTold } from '../toolkit/writer.ts';
import { describeFailure, type Failure } from './error-text.ts';
import { NO_TIMEOUT, toClientId } from './json-rpc.ts';
import { reasonsInChinese } from './view-reasons.ts';
import { listView, type Ways } from './view-resource.ts';

export interface CallOptions {
  /** The tools that are registered. */
  readonly tools: readonly Tool[];
  readonly confirm: ConfirmMode;
  /** What an accepted form proves; our own command line answers forms for a terminal or a flag. */
  readonly formIs?: 'form' | 'terminal' | 'flag' | undefined;
  /** Of the questions to a person. */
  readonly language: Language;
  /** Connects to the app at the first tool call; later calls, and the servers of other sessions, share the connection. */
  readonly connect: () => Promise<AppConnection>;
  /** Who holds this session, and which replica serves it: for the audit log, and for the cap on deletions. */
  readonly subject?: string | undefined;
  readonly replica?: string | undefined;
  /** Aborted when the server begins to end: questions are closed, and nothing new is sent. */
  readonly ending?: AbortSignal | undefined;
  /** Whether `connect` reaches the sandbox: errors from before a connection are marked too. */
  readonly sandbox: boolean;
  readonly clock: Clock;
  readonly log: Log;
  /** Gets each failed call as data; clients are sent its text only. */
  readonly onFailure?: ((failure: Failure) => void) | undefined;
  readonly watch?: ServerWatch | undefined;
}

/** Is told what happens, for metrics. */
export interface ServerWatch {
  /** A call of a tool has ended. */
  call(report: CallReport): void;
  /** The deletion of a thread was sent, and this became of it. */
  deletion(outcome: WriteOutcome<unknown>['kind']): void;
  /** A person is asked by form; what it returns is called once there is an answer, or none will come. */
  question(): () => void;
}

export interface CallReport {
  readonly tool: string;
  /** `ok`, `cancelled`, or the code of the error. */
  readonly outcome: string;
  /** Without the time in which a person was asked. */
  readonly workMs: number;
  /** How much of that was spent waiting for turns under the rate limit. */
  readonly waitedMs: number;
}

export type Extra = Parameters<NonNullable<Server['fallbackRequestHandler']>>[1];

export interface Call {
  readonly tool: Tool;
  /** As the client sent them. */
  readonly args: unknown;
  readonly ways: Ways;
  readonly extra: Extra;
}

/** Calls tools within one session. Never rejects: this is the one place where a failure becomes text. */
export type Caller = (call: Call) => Promise<Record<string, unknown>>;

/**
 * @param callable all tools that may be called
 * @param closing aborted when the connection ends, for calls that a client cannot give up
 */
export function createCaller(options: CallOptions, callable: readonly CallableTool[], closing: AbortSignal): Caller {
  const { clock, log, language } = options;
  const gate = createGate(options.confirm, clock);
  let session: Session | undefined;

  return async ({ tool, args: sent, ways, extra }) => {
    const { name, kind, argumentNames } = tool;
    const args = healArguments(sent, tool.inputSchema());
    const time = startCallTime(clock, tool.appOnly ? closing : extra.signal, options.ending);
    const waiting = createStopwatch(clock);
    let outcome = 'ok';
    try {
      const call = await prepared(name, args);
      const connection = await options.connect();
      session ??= connection.openSession(options.subject);
      const { app, audit } = connection;
      const threads = connection.threads.with({ waits: time.sending, onWait: waiting.start });
      const progress = createProgress(extra);
      const { subject, replica } = options;
      const request_id = toClientId(extra.requestId);
      const about = defined({ tool: name, request_id, subject, replica, app: app.name, host: app.host });
      const writer = createWriter(audit, threads, about, (error) =>
        log.error(`The audit log could not be written after a write of ${name}: ${String(error)}`),
      );
      const write = withDeletionsTold(writer, (became) => options.watch?.deletion(became));
      const { signal } = time;
      const ofCall = { language, threads, write, clock, time, signal, progress };
      const asker = createAsker(extra, progress, ways.step, options);
      const result = await call({ ...connection, ...session, ...ofCall }, { gate, asker });
      const { structured, text, view, isError } = result;
      if (isError) outcome = 'error';
      const drawn = view ?? listView(tool, args, structured, options.tools, ways, connection.groupNames.recall);
      return defined({
        content: [{ type: 'text', text }],
        structuredContent: structured,
        isError,
        _meta: forView(ways, result, drawn),
      });
    } catch (error) {
      const known = options.tools.flatMap((one) => one.argumentNames);
      const { sandbox } = options;
      const failure = describeFailure({ tool: name, kind, argumentNames, known, args, sandbox, error });
      outcome = extra.signal.aborted ? 'cancelled' : failure.code;
      if (!extra.signal.aborted) log.info(`${name} failed: ${failure.code}`);
      options.onFailure?.(failure);
      const { code, text } = failure;
      return defined({
        content: [{ type: 'text', text }],
        isError: true,
        _meta: forView(ways, { text, because: { error: code } }),
      });
    } finally {
      time.end();
      const [workMs, waitedMs] = [time.spent(), waiting.ms()];
      const whose = `call ${toClientId(extra.requestId)} of ${options.subject ?? 'the client'}`;
      log.debug(`${whose}: ${name} ${outcome}, ${workMs} ms, ${waitedMs} ms of them waiting for the rate limit`);
      options.watch?.call({ tool: name, outcome, workMs, waitedMs });
    }
  };

  function prepared(name: string, args: unknown): ReturnType<CallableTool['prepare']> {
    const tool = callable.find((one) => one.name === name);
    if (!tool) throw new Error(`${name} is listed, but cannot be called.`);
    return tool.prepare(args);
  }
}

/** What goes to the view beside a result; nothing where the client draws none. */
function forView({ views }: Ways, result: Omit<ToolResult, 'structured'>, drawn?: object) {
  if (!views) return undefined;
  const zh = reasonsInChinese(result);
  return drawn || zh ? { [VIEW_KEY]: { ...drawn, ...(zh && { [ZH_KEY]: zh }) } } : undefined;
}

type Progress = (done: number | undefined, total: number | undefined, message: string) => void;

/** Progress of one call, where the client asked for it. MCP wants the number to grow with each message. */
function createProgress(extra: Extra): Progress {
  const progressToken = extra._meta?.progressToken;
  let last = 0;
  return (done, total, message) => {
    if (progressToken === undefined || extra.signal.aborted) return;
    // In thousandths, so that no sum shows as 0.019000000000000003.
    last = Math.max(done ?? 0, Math.round(last * 1_000 + 1) / 1_000);
    const params = defined({ progressToken, progress: last, message, total });
    // A call goes on even where its progress cannot be sent.
    extra.sendNotification({ method: 'notifications/progress', params }).catch(() => undefined);
  };
}

/** Asks a person and keeps the client waiting, within the request that is being answered. */
function createAsker(extra: Extra, progress: Progress, step: Step, { formIs = 'form', watch }: CallOptions): Asker {
  return {
    step,
    formIs,
    show: (question, signal) =>
      extra
        .sendRequest({ method: 'elicitation/create', params: formParams(question) }, z.looseObject({}), {
          signal,
          // The gate ends the wait for a person itself.
          timeout: NO_TIMEOUT,
        })
        .finally(watch?.question()),
    heartbeat: (message) => progress(undefined, undefined, message),
  };
}
