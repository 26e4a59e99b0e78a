import { filterArguments, groupId, instantOf, SPAN, spanInOrder } from '../../tools/support/parameters.ts';
import { defined } from '../base/defined.ts';
import type { FeedScope } from '../lists/thread-feed.ts';
import { utcTime } from '../present/time.ts';
import { type CommandLine, noWords, readCommandLine, settingFlags } from './flags.ts';
import { UsageError } from './usage-error.ts';

export const FORMATS = ['jsonl', 'csv'] as const;

const FLAGS = [
  { name: 'group', value: 'ID' },
  { name: 'user', value: 'ID' },
  { name: 'created-after', value: 'TIME' },
  { name: 'created-before', value: 'TIME' },
  { name: 'members' },
  { name: 'format', value: FORMATS.join('|') },
  { name: 'bom' },
  { name: 'out', value: 'FILE' },
] as const;

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
  readonly settings: CommandLine['settings'];
}

/**
 * @throws UsageError for an unknown flag or a wrong value
 */
export function readExportOptions(args: readonly string[]): ExportOptions {
  const { words, flags, settings } = readCommandLine(args, FLAGS, settingFlags);
  noWords(words);
  const value = (name: (typeof FLAGS)[number]['name']): string | undefined => flags.get(name)?.[0];
  const isOn = (name: (typeof FLAGS)[number]['name']): boolean => value(name) === '1';

  const [group, user] = [value('group'), value('user')];
  if (group !== undefined && user !== undefined) throw new UsageError('give --group or --user, not both.');
  if (group !== undefined) checked('group', groupId.safeParse(group));
  const dates = defined({ created_after: value('created-after'), created_before: value('created-before') });
  checked('created-after', filterArguments.created_after.safeParse(dates.created_after));
  checked('created-before', filterArguments.created_before.safeParse(dates.created_before));
  if (!spanInOrder(dates)) throw new UsageError(`--created-after ${SPAN.error.replace('_', '-')}.`);
  const format = FORMATS.find((one) => one === (value('format') ?? FORMATS[0]));
  if (!format) throw new UsageError(`--format must be one of ${FORMATS.join(', ')}.`);
  if (isOn('bom') && format !== 'csv') throw new UsageError('--bom is for --format csv.');

  return {
    scope:
      user !== undefined
        ? { kind: 'user', id: user }
        : group !== undefined
          ? { kind: 'group', id: group }
          : { kind: 'app' },
    createdFrom: dates.created_after === undefined ? undefined : instantOf(dates.created_after),
    createdBefore: dates.created_before === undefined ? undefined : instantOf(dates.created_before),
    members: isOn('members'),
    format,
    bom: isOn('bom'),
    out: value('out'),
    settings,
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
