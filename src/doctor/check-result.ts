import { AgoraError } from '../agora/errors.ts';
import { visible } from '../base/escape.ts';
import { serviceSaid } from '../present/error-words.ts';
import type { Problem } from '../settings/problem.ts';
import { whereIs } from '../settings/schema.ts';

export type Status = 'ok' | 'warn' | 'fail' | 'skipped';

/** What one check has found. */
export interface Check {
  /** Stable: the name of a setting, or lower-case words joined by `_`. */
  readonly id: string;
  readonly status: Status;
  /** What was found, in one line without a full stop; safe to show. */
  readonly detail: string;
  /** What to do about it, in one line. */
  readonly fix?: string;
  /** Of a failure: did it take the service to find it? */
  readonly asked?: boolean;
}

export const ok = (id: string, detail: string): Check => ({ id, status: 'ok', detail });
export const skipped = (id: string, detail: string): Check => ({ id, status: 'skipped', detail });
export const warn = (id: string, detail: string, fix: string): Check => ({ id, status: 'warn', detail, fix });
/** Found wrong on this machine. */
export const fail = (id: string, detail: string, fix?: string): Check => ({
  id,
  status: 'fail',
  detail,
  ...(fix === undefined ? {} : { fix }),
});
/** Found wrong by asking the service, or on the way to it. */
export const failWithService = (id: string, detail: string, fix: string): Check => ({
  ...fail(id, detail, fix),
  asked: true,
});

/** A setting that is missing or wrong; its name stands before the line already. */
export function failSetting({ setting, what, fix }: Problem): Check {
  const told = visible(what, 600).replace(/[.:]$/, '');
  const rest = told.startsWith(setting) ? /^:? (?=[a-z])(.*)/.exec(told.slice(setting.length))?.[1] : undefined;
  return fail(visible(setting, 60), rest ?? told, fix === undefined ? undefined : sentence(fix));
}

/** A ready token that cannot be good, as it says itself. */
export const failToken = (detail: string): Check =>
  fail('token', detail, sentence(`Get a new app token of this very app. ${whereIs('AGORA_CHAT_APP_TOKEN') ?? ''}`));

/**
 * A call that failed, in the words that tools use for it, said to the operator.
 *
 * @param where the setting whose value is in doubt
 * @param fix in place of the one that goes with the failure
 */
export function failCall(id: string, error: unknown, where?: string, fix?: string): Check {
  if (!(error instanceof AgoraError)) throw error;
  const { code, what, next, operator = next } = error.facts;
  const steps = [fix ?? operator, ...(where === undefined ? [] : [whereIs(where) ?? ''])];
  return failWithService(id, `${code}: ${what}${serviceSaid(error.facts)}`, sentence(steps.join(' ')));
}

const sentence = (text: string): string =>
  (text.charAt(0).toUpperCase() + text.slice(1)).replace('Where to find it: ', 'Take it from ');
