import { AgoraError } from '../agora/errors.ts';
import { defined } from '../base/defined.ts';
import { visible } from '../base/escape.ts';
import type { Problem } from '../settings/problem.ts';
import { en } from '../settings/problem-words-en.ts';
import type { SettingName } from '../settings/schema.ts';
import { whereOf } from '../settings/setting-names.ts';
import type { Reader } from '../settings/where-found.ts';
import type { Say } from './words-en.ts';

export type Status = 'ok' | 'warn' | 'fail' | 'skipped';

/** What one check has found. */
export interface Check {
  /** Stable: the name of a setting, or lower-case words joined by `_`. */
  readonly id: string;
  readonly status: Status;
  /** What was found, in one line without a full stop; safe to show. */
  readonly detail: Say;
  /** What to do about it, in one line. */
  readonly fix?: Say;
  /** Of a failure: did it take the service to find it? */
  readonly asked?: boolean;
}

export const ok = (id: string, detail: Say): Check => ({ id, status: 'ok', detail });
export const skipped = (id: string, detail: Say): Check => ({ id, status: 'skipped', detail });
export const warn = (id: string, detail: Say, fix: Say): Check => ({ id, status: 'warn', detail, fix });
/** Found wrong on this machine. */
export const fail = (id: string, detail: Say, fix?: Say): Check => ({
  id,
  status: 'fail',
  detail,
  ...defined({ fix }),
});
/** Found wrong by asking the service, or on the way to it. */
export const failWithService = (id: string, detail: Say, fix: Say): Check => ({
  ...fail(id, detail, fix),
  asked: true,
});

/** Whatever follows the name of a variable may be its value: `"AGORA_APP_CERTIFICATE=..."` as a key. */
export const variableName = (name: string): string => visible(name.replace(/\W.*$/s, '…'), 60);

/** A setting that is missing or wrong. The report shows its name before the line. */
export function failSetting({ setting, say: about, where }: Problem): Check {
  const fault: Say = (say) => visible(about(say.problems).fault, 600);
  const hasHint = about(en).hint !== undefined;
  if (!hasHint && where === undefined) return fail(variableName(setting), fault);
  return fail(variableName(setting), fault, (say) => {
    const { hint } = about(say.problems);
    return hint === undefined ? say.takeFrom(where ?? '') : say.sentence(hint);
  });
}

/** What a call that failed puts in doubt, and what to do about it in place of its own next step. */
export interface Doubt {
  readonly setting?: SettingName | undefined;
  readonly fix?: Say;
}

/** A call that failed, in words for the operator. */
export function failCall(id: string, error: unknown, reader: Reader, { setting, fix }: Doubt = {}): Check {
  if (!(error instanceof AgoraError)) throw error;
  const { facts } = error;
  const where = setting && whereOf(setting, reader);
  return failWithService(
    id,
    (say) => say.failure(facts).detail,
    (say) => {
      const step = fix ? fix(say) : say.failure(facts).fix;
      return where === undefined ? step : say.steps(step, say.takeFrom(where));
    },
  );
}
