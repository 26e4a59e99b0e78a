import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { toolsFor } from '../app/tool-registry.ts';
import { inQuotes, visible } from '../base/escape.ts';
import type { Config } from '../settings/read-config.ts';
import { selectedBy } from '../settings/tool-selection.ts';
import { type Check, fail, ok, skipped } from './check-result.ts';

export function checkTools(config: Config): Check {
  // All are then registered, so that each call can say what is wrong.
  if (isWrong(config, 'AGORA_THREADS_TOOLS')) return skipped('tools', 'AGORA_THREADS_TOOLS is wrong');
  const registered = toolsFor(config).length;
  const why = selectedBy(config).join(' and ');
  if (why === '') return ok('tools', `all ${registered} are registered`);
  const all = toolsFor({ ...config, readOnly: false, tools: undefined }).length;
  return ok('tools', `${registered} of ${all} are registered, by ${why}`);
}

const isWrong = ({ target }: Config, name: string): boolean =>
  target.kind === 'unusable' && target.problems.some(({ setting }) => setting === name);

const CONFIRM = {
  auto: 'auto: a form where the client shows forms, else a click where it draws views, else a code',
  person: 'person: only a person can confirm; where the client shows neither forms nor views, nothing is deleted',
  code: 'code: a code, which only proves that a second call was made, not that a person agreed',
} as const;

export const checkConfirm = ({ confirm }: Config): Check => ok('confirm', CONFIRM[confirm]);

/** Can the audit log be written? Without it no write is sent. This check writes nothing itself. */
export async function checkAuditLog(config: Config): Promise<Check> {
  if (isWrong(config, 'AGORA_THREADS_AUDIT_LOG')) return skipped('audit_log', 'AGORA_THREADS_AUDIT_LOG is wrong');
  const file = config.auditLog;
  if (file === undefined) return ok('audit_log', 'off, because AGORA_THREADS_AUDIT_LOG is not set');
  const shown = inQuotes(visible(file, 300));
  const fix = 'Name a file in AGORA_THREADS_AUDIT_LOG that this user can write; its folder must exist.';
  const found = await stat(file).catch(() => undefined);
  if (found && !found.isFile()) return fail('audit_log', `${shown} is not a regular file`, fix);
  try {
    await access(found ? file : dirname(file), constants.W_OK);
    return ok('audit_log', `${shown} ${found ? 'can be written' : 'can be created'}`);
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? String(error.code) : 'unknown reason';
    return fail('audit_log', `${shown} cannot be written (${reason}): without it every change is refused`, fix);
  }
}
