import { AgoraError } from '../agora/errors.ts';
import { serviceSaid } from '../present/failure.ts';
import { visible } from '../present/untrusted.ts';
import { type Problem, SettingsError } from '../settings.ts';

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
  const named = [`${setting} `, `${setting}: `].find((start) => told.startsWith(start)) ?? '';
  return fail(visible(setting, 60), told.slice(named.length), fix === undefined ? undefined : sentence(fix));
}

/** A call that failed, in the words that tools use for it, said to the operator. */
export function failCall(id: string, error: unknown, where = ''): Check {
  if (error instanceof SettingsError) {
    const [first] = error.problems;
    return fail(id, visible(error.message, 600).replace(/\.$/, ''), `Correct ${first?.setting ?? 'the settings'}.`);
  }
  if (!(error instanceof AgoraError)) throw error;
  const { code, next } = error.facts;
  const detail = `${code}: ${error.facts.what}${serviceSaid(error.facts)}`;
  return failWithService(id, detail, `${toOperator(next)}${where === '' ? '' : ` ${where}`}`);
}

/** What to do next is written for an assistant, which can only ask the operator; here the operator reads it. */
const toOperator = (next: string): string =>
  sentence(
    next
      .replace(/ask the operator to (have )?/gi, '$1')
      .replace(/^ask the operator for/i, 'get')
      .replace('the operator can ', '')
      .replace(/\bcall again\b/i, 'run this again'),
  );

export const sentence = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
