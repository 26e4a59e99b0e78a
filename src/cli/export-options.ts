import * as z from 'zod';
import { filterArguments, groupId, spanInOrder } from '../../tools/support/parameters.ts';
import { filterOf } from '../../tools/support/thread-list.ts';
import { defined } from '../base/defined.ts';
import type { CommandLine } from './command.ts';
import { UsageError } from './usage-error.ts';

const FORMATS = ['jsonl', 'csv'] as const;

const isOn = z
  .string()
  .optional()
  .transform((value) => value === '1');

/** By the names of the flags, with `_` for `-`. */
const exportFlags = z
  .object({
    group: groupId.optional(),
    user: z.string().optional(),
    created_after: filterArguments.created_after,
    created_before: filterArguments.created_before,
    members: isOn,
    format: z.enum(FORMATS, `must be one of ${FORMATS.join(', ')}`).default('jsonl'),
    bom: isOn,
    out: z.string().optional(),
  })
  .refine(...spanInOrder)
  .refine(({ bom, format }) => !bom || format === 'csv', { error: 'is for --format csv', path: ['bom'] });

export type ExportOptions = ReturnType<typeof readExportOptions>;

/**
 * @throws UsageError for a wrong value
 */
export function readExportOptions(flags: CommandLine['flags']) {
  if (flags.has('group') && flags.has('user')) throw new UsageError('give --group or --user, not both.');
  const given = Object.fromEntries([...flags].map(([name, value]) => [name.replaceAll('-', '_'), value]));
  const { data, error } = exportFlags.safeParse(given);
  if (error) {
    const [fault] = error.issues.map(({ path, message }) => `--${path.join()} ${message}.`.replaceAll('_', '-'));
    throw new UsageError(fault ?? error.message);
  }
  const { group, user, created_after, created_before, ...rest } = data;
  return { ...rest, scope: defined({ group, user }), filter: filterOf(defined({ created_after, created_before })) };
}
