import * as z from 'zod';
import { AgoraError, type AgoraErrorFacts } from '../agora/errors.ts';
import { SettingsError } from '../problem.ts';
import { redact } from '../secrets.ts';
import { isOfApp } from '../settings.ts';
import type { Kind } from '../tool.ts';
import { quotedName, shownId, word } from './thread.ts';
import { quoted, visible } from './untrusted.ts';

export interface FailedCall {
  readonly tool: string;
  readonly kind: Kind;
  readonly argumentNames: readonly string[];
  /** As the client sent them. */
  readonly args: unknown;
  readonly sandbox: boolean;
  readonly error: unknown;
}

/**
 * A failed call in two or three lines: what failed with what, whether trying again helps, what to do next. Never a
 * stack, never a secret.
 */
export function failureText(call: FailedCall): string {
  const [code, ...lines] = linesOf(call);
  const [first, ...rest] = lines;
  return redact([`Error [${code}]: ${call.sandbox ? '[sandbox] ' : ''}${first}`, ...rest].join('\n'));
}

/** The code, then the lines behind it. */
function linesOf(call: FailedCall): readonly string[] {
  const { tool, error } = call;
  if (error instanceof AgoraError) return agoraLines(call, error);
  if (error instanceof SettingsError) {
    return [
      'not_configured',
      `${tool} cannot be called with the settings of this server. ${error.problems.map(({ text }) => visible(text, 600)).join(' ')}`,
      'Nothing was sent. Trying again does not help before the operator has corrected the settings and restarted the server.',
      `Next: tell the user which setting is missing or wrong.${error.problems.some(({ setting }) => isOfApp(setting)) ? ' To try the tools without an app, the operator can set AGORA_THREADS_SANDBOX=1.' : ''}`,
    ];
  }
  if (error instanceof z.ZodError) return argumentLines(call, error);
  return [
    'internal_error',
    `${tool} failed inside the server: ${visible(error instanceof Error ? error.message : 'unknown', 300)}`,
    'Trying again is not likely to help. Look at the state first where something was to be changed.',
    'Next: report this as a bug of agora-threads-mcp, with the arguments.',
  ];
}

/** A failure inside a result, in one phrase: `user_not_in_group: the user is not a member of the group`. */
export const errorWords = ({ facts }: AgoraError): string =>
  `${facts.code}: ${facts.what}${facts.retryAfterMs === undefined ? '' : `; trying again may help in ${inSeconds(facts.retryAfterMs)}`}`;

/** A wait as the service asks for it: `45 s`, `24 h`. */
function inSeconds(ms: number): string {
  const seconds = Math.ceil(ms / 1_000);
  if (seconds < 600) return `${seconds} s`;
  return seconds < 7_200 ? `${Math.ceil(seconds / 60)} min` : `${Math.ceil(seconds / 3_600)} h`;
}

function agoraLines({ tool, kind, args }: FailedCall, { facts }: AgoraError): readonly string[] {
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

/** What came back, to be put behind a sentence without its full stop: `. Agora said: "…" (HTTP 403)`. */
export function serviceSaid({ status, said }: AgoraErrorFacts): string {
  const shown = status === undefined || status === 200 ? '' : ` (HTTP ${status})`;
  return said === undefined ? shown : `. Agora said: ${quoted(said, 200)}${shown}`;
}

const record = z.record(z.string(), z.unknown());

function argumentsText(args: unknown, names: readonly string[]): string {
  const given = record.safeParse(args).data ?? {};
  return names
    .flatMap((name) => {
      const value = given[name];
      if (typeof value !== 'string') return [];
      return [`${name} ${name === 'name' ? quotedName(value) : word(shownId(value))}`];
    })
    .join(', ');
}

function argumentLines({ tool, args, argumentNames }: FailedCall, error: z.ZodError): readonly string[] {
  return [
    'bad_arguments',
    `${tool} was not called: ${argumentFaults(error, args, argumentNames)}.`,
    'Nothing was sent.',
    `Next: call ${tool} again with the arguments corrected.`,
  ];
}

/** What is wrong with arguments, in one line: of each its name, what it must be, and what it is. */
export function argumentFaults(error: z.ZodError, args: unknown, argumentNames: readonly string[]): string {
  const faults = error.issues.slice(0, 5).map((issue) => {
    if (issue.code === 'unrecognized_keys') {
      return `unknown argument ${issue.keys.map((key) => quoted(key, 60)).join(', ')}; expected: ${argumentNames.join(', ')}`;
    }
    if (issue.path.length === 0) return 'the arguments must be an object';
    const name = issue.path.join('.');
    const value = valueAt(args, issue.path);
    return value === undefined ? `${name} is missing` : `${name} ${issue.message} (got ${valueText(value)})`;
  });
  return faults.join('; ');
}

function valueAt(args: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((value, key) => {
    if (value === null || typeof value !== 'object') return undefined;
    return Object.entries(value).find(([name]) => name === String(key))?.[1];
  }, args);
}

function valueText(value: unknown): string {
  if (typeof value === 'string') return quoted(value, 40);
  try {
    return visible(JSON.stringify(value) ?? 'undefined', 40);
  } catch {
    // JSON can be read at any depth, and written only as deep as the stack is high.
    return 'a value nested too deep to be shown';
  }
}
