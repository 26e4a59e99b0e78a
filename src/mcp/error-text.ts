import * as z from 'zod';
import { AgoraError, type AgoraErrorFacts, type ErrorCode } from '../agora/errors.ts';
import type { Subject } from '../agora/vendor-rows.ts';
import { visible } from '../base/escape.ts';
import { redact } from '../base/redact.ts';
import { argumentFaults, inSeconds, serviceSaid } from '../present/error-words.ts';
import { quotedName, shownId, word } from '../present/thread-facts.ts';
import { problemText, SettingsError } from '../settings/problem.ts';
import { isOfApp } from '../settings/setting-names.ts';
import type { ToolKind } from '../settings/tool-selection.ts';

export interface FailedCall {
  readonly tool: string;
  readonly kind: ToolKind;
  readonly argumentNames: readonly string[];
  /** Those of all tools. */
  readonly known: readonly string[];
  /** As the client sent them. */
  readonly args: unknown;
  readonly sandbox: boolean;
  readonly error: unknown;
}

export interface Failure {
  readonly code: ErrorCode | 'not_configured' | 'bad_arguments' | 'internal_error';
  /**
   * Three or four lines: the code, what failed with what, whether trying again helps, what to do next. Never a stack,
   * never a secret.
   */
  readonly text: string;
}

export function describeFailure(call: FailedCall): Failure {
  const [code, ...lines] = detailsOf(call);
  return { code, text: redact(`Error [${code}]: ${call.sandbox ? '[sandbox] ' : ''}${lines.join('\n')}`) };
}

type Details = readonly [code: Failure['code'], ...lines: string[]];

function detailsOf(call: FailedCall): Details {
  const { tool, error } = call;
  if (error instanceof AgoraError) return agoraDetails(call, error);
  if (error instanceof z.ZodError) return argumentDetails(call, error);
  if (error instanceof SettingsError) {
    return [
      'not_configured',
      `${tool} cannot be called with the settings of this server. ${error.problems.map((problem) => visible(problemText(problem), 600)).join(' ')}`,
      'Nothing was sent. Trying again does not help before the operator has corrected the settings and restarted the server.',
      `Next: tell the user which setting is missing or wrong.${error.problems.some(({ setting }) => isOfApp(setting)) ? ' To try the tools without an app, the operator can set AGORA_THREADS_SANDBOX=1.' : ''}`,
    ];
  }
  return [
    'internal_error',
    `${tool} failed inside the server: ${visible(error instanceof Error ? error.message : 'unknown', 300)}`,
    'Trying again is not likely to help. Look at the state first where something was to be changed.',
    'Next: report this as a bug of agora-threads-mcp, with the arguments.',
  ];
}

function agoraDetails({ tool, kind, args }: FailedCall, { facts }: AgoraError): Details {
  const about = argumentsText(args, facts.about ?? []);
  const changed =
    kind === 'read'
      ? ''
      : facts.landed === 'no'
        ? 'Nothing was changed. '
        : 'The change may have been made all the same. ';
  return [
    facts.code,
    `${tool} failed: ${facts.what}${about === '' ? '' : ` (${about})`}${serviceSaid(facts)}.`,
    changed + againText(facts),
    `Next: ${facts.next}`,
  ];
}

function againText({ retry, retryAfterMs }: AgoraErrorFacts): string {
  if (retry === 'never') return 'Trying again with the same arguments does not help.';
  if (retryAfterMs === undefined) return 'Trying again in a moment may help.';
  return `Trying again may help in ${inSeconds(Math.max(retryAfterMs, 1_000))}.`;
}

/** The tools' argument for each parameter of the service. */
const ARGUMENTS: Record<Subject, string> = {
  thread: 'thread_id',
  group: 'group_id',
  message: 'msg_id',
  user: 'username',
  owner: 'owner',
  name: 'name',
};

const record = z.record(z.string(), z.unknown());

function argumentsText(args: unknown, about: readonly Subject[]): string {
  const given = record.safeParse(args).data ?? {};
  return about
    .flatMap((subject) => {
      const name = ARGUMENTS[subject];
      const value = given[name];
      if (typeof value !== 'string') return [];
      return [`${name} ${name === 'name' ? quotedName(value) : word(shownId(value))}`];
    })
    .join(', ');
}

function argumentDetails({ tool, args, argumentNames, known }: FailedCall, error: z.ZodError): Details {
  return [
    'bad_arguments',
    `${tool} was not called: ${argumentFaults(error, args, argumentNames, known)}.`,
    'Nothing was sent.',
    `Next: call ${tool} again with the arguments corrected.`,
  ];
}
