import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { toolsFor } from '../app/tool-registry.ts';
import { quoted } from '../base/escape.ts';
import { systemCode } from '../base/system-code.ts';
import type { Config } from '../settings/read-config.ts';
import { selectedBy } from '../settings/tool-selection.ts';
import { type Check, fail, ok, skipped } from './check-result.ts';
import type { Say } from './words-en.ts';

export function checkTools(config: Config): Check {
  // All are then registered, so that each call can say what is wrong.
  if (isWrong(config, 'AGORA_THREADS_TOOLS'))
    return skipped('tools', (say) => say.skipped.wrong('AGORA_THREADS_TOOLS'));
  const registered = toolsFor(config).length;
  const why = selectedBy(config);
  if (why.length === 0) return ok('tools', (say) => say.server.allTools(registered));
  const all = toolsFor({ ...config, readOnly: false, tools: undefined }).length;
  return ok('tools', (say) => say.server.someTools(registered, all, why));
}

const isWrong = ({ target }: Config, name: string): boolean =>
  target.kind === 'unusable' && target.problems.some(({ setting }) => setting === name);

export const checkConfirm = ({ confirm }: Config): Check => ok('confirm', (say) => say.server.confirm[confirm]);

/** Can the audit log be written? Without it no write is sent. This check writes nothing itself. */
export async function checkAuditLog(config: Config): Promise<Check> {
  const ID = 'audit_log';
  if (isWrong(config, 'AGORA_THREADS_AUDIT_LOG'))
    return skipped(ID, (say) => say.skipped.wrong('AGORA_THREADS_AUDIT_LOG'));
  const file = config.auditLog;
  if (file === undefined) return ok(ID, (say) => say.server.noAuditLog);
  const shown = quoted(file, 300);
  const nameIt: Say = (say) => say.server.nameAuditLog;
  const found = await stat(file).catch(() => undefined);
  if (found && !found.isFile()) return fail(ID, (say) => say.server.notRegular(shown), nameIt);
  try {
    await access(found ? file : dirname(file), constants.W_OK);
    return ok(ID, (say) => (found ? say.server.writable(shown) : say.server.creatable(shown)));
  } catch (error) {
    const reason = systemCode(error) ?? 'unknown';
    return fail(ID, (say) => say.server.notWritable(shown, reason), nameIt);
  }
}
