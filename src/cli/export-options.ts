import { filterArguments, groupId, instantOf, SPAN, spanInOrder } from '../../tools/support/parameters.ts';
import { defined } from '../base/defined.ts';
import type { FeedScope } from '../lists/thread-feed.ts';
import { utcTime } from '../present/time.ts';
import type { CommandLine } from './command.ts';
import { UsageError } from './usage-error.ts';

export const FORMATS = ['jsonl', 'csv'] as const;

export interface ExportOptions {
  readonly scope: FeedScope;
  /** Milliseconds since 1970. */
  readonly createdFrom: number | undefined;
  readonly createdBefore: number | undefined;
  readonly members: boolean;
  readonly format: (typeof FORMATS)[number];
  readonly bom: boolean;
  /** Undefined for stdout. */
  readonly out: string | undefined;
}

/**
 * @throws UsageError for a wrong value
 */
export function readExportOptions(flags: CommandLine['flags']): ExportOptions {
  const [group, user] = [flags.get('group'), flags.get('user')];
  if (group !== undefined && user !== undefined) throw new UsageError('give --group or --user, not both.');
  if (group !== undefined) checked('group', groupId.safeParse(group));
  const dates = defined({ created_after: flags.get('created-after'), created_before: flags.get('created-before') });
  checked('created-after', filterArguments.created_after.safeParse(dates.created_after));
  checked('created-before', filterArguments.created_before.safeParse(dates.created_before));
  if (!spanInOrder(dates)) throw new UsageError(`--created-after ${SPAN.error.replace('_', '-')}.`);
  const bom = flags.get('bom') === '1';
  const format = FORMATS.find((one) => one === (flags.get('format') ?? FORMATS[0]));
  if (!format) throw new UsageError(`--format must be one of ${FORMATS.join(', ')}.`);
  if (bom && format !== 'csv') throw new UsageError('--bom is for --format csv.');

  return {
    scope:
      user !== undefined
        ? { kind: 'user', id: user }
        : group !== undefined
          ? { kind: 'group', id: group }
          : { kind: 'app' },
    createdFrom: dates.created_after === undefined ? undefined : instantOf(dates.created_after),
    createdBefore: dates.created_before === undefined ? undefined : instantOf(dates.created_before),
    members: flags.get('members') === '1',
    format,
    bom,
    out: flags.get('out'),
  };
}

function checked(name: string, parsed: { error?: { issues: readonly { message: string }[] } | undefined }): void {
  if (parsed.error) throw new UsageError(`--${name} ${parsed.error.issues[0]?.message ?? 'is wrong'}.`);
}

/** The filters, as the first line of an export names them. */
export const filtersOf = ({ createdFrom, createdBefore }: ExportOptions): Record<string, string> =>
  defined({
    created_after: createdFrom === undefined ? undefined : utcTime(createdFrom),
    created_before: createdBefore === undefined ? undefined : utcTime(createdBefore),
  });
