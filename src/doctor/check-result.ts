import { AgoraError } from '../agora/errors.ts';
import { defined } from '../base/defined.ts';
import { visible } from '../base/escape.ts';
import { capitalised } from '../base/wording.ts';
import { serviceSaid } from '../present/error-words.ts';
import type { Problem } from '../settings/problem.ts';
import { en } from '../settings/problem-words-en.ts';

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
  ...defined({ fix }),
});
/** Found wrong by asking the service, or on the way to it. */
export const failWithService = (id: string, detail: string, fix: string): Check => ({
  ...fail(id, detail, fix),
  asked: true,
});

/** Whatever follows the name of a variable may be its value: `"AGORA_APP_CERTIFICATE=..."` as a key. */
export const variableName = (name: string): string => visible(name.replace(/\W.*$/s, '…'), 60);

/** A setting that is missing or wrong. The report shows its name before the line. */
export const failSetting = ({ setting, message, hint, where }: Problem): Check =>
  fail(variableName(setting), visible(message(en), 600), hint === undefined ? takeFrom(where) : capitalised(hint(en)));

/**
 * A call that failed, in the words that tools use for it, addressed to the operator.
 *
 * @param where where the value in doubt is found
 * @param fix replaces the next step of the failure
 */
export function failCall(id: string, error: unknown, where?: string, fix?: string): Check {
  if (!(error instanceof AgoraError)) throw error;
  const { code, what, next, operator = next } = error.facts;
  const steps = [capitalised(fix ?? operator), takeFrom(where)].filter((step) => step !== undefined).join(' ');
  return failWithService(id, `${code}: ${what}${serviceSaid(error.facts)}`, steps);
}

const takeFrom = (where: string | undefined): string | undefined =>
  where === undefined ? undefined : `Take it from ${where}.`;
