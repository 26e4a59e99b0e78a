import * as z from 'zod';
import type { Group } from '../src/agora/group-responses.ts';
import { defined } from '../src/base/defined.ts';
import { inQuotes } from '../src/base/escape.ts';
import { counted, joined } from '../src/base/wording.ts';
import { type CursorScope, unwrapCursor } from '../src/lists/cursor.ts';
import { folded } from '../src/lists/filter.ts';
import { type FoundGroups, readGroups } from '../src/lists/group-pages.ts';
import { failureNote, goesOn, NONE_WITH_LIMIT_0 } from '../src/present/list-summary.ts';
import { shownId, shownName, word } from '../src/present/thread-facts.ts';
import { withinBudget } from '../src/present/token-budget.ts';
import { defineTool } from '../src/toolkit/define-tool.ts';
import { explainMissingGroups } from './support/explain-refusal.ts';
import { filterArguments, listArguments, username } from './support/parameters.ts';
import { settleEmpty } from './support/settle-empty.ts';
import { wordsOf } from './support/thread-list.ts';

const output = z.object({
  summary: z.string(),
  groups: z.array(
    z.object({
      id: z.string(),
      name: z.string().optional(),
      members: z.int().optional().describe('How many'),
      owner: z.string().optional(),
    }),
  ),
  has_more: z.boolean(),
  next_cursor: z.string().optional(),
});

type Result = z.input<typeof output>;

export const findGroups = defineTool({
  name: 'find_groups',
  title: 'Find groups',
  description:
    'Finds the groups that Agora Chat threads belong to: turns a group name into the group_id that other tools take. Searches all groups of the app, newest first, or those that one user has joined. Says whether all were read.',
  kind: 'read',
  input: z.strictObject({
    name_contains: filterArguments.name_contains,
    username: username.optional().describe('Only groups that this user has joined'),
    limit: listArguments.limit.describe('How many to show (0-50, default 20)'),
    cursor: listArguments.cursor,
  }),
  output,
  async handle({ name_contains, username, limit, cursor }, context) {
    const { app, groups, groupNames, clock, signal, progress } = context;
    const list: CursorScope = {
      tool: 'find_groups',
      app,
      scope: { username },
      sort: 'desc',
      filters: { name_contains },
    };
    const needle = folded(name_contains ?? '');
    const found = await readGroups(groups, username, {
      start: unwrapCursor(list, cursor),
      limit,
      fits: ({ name }) => folded(name ?? '').includes(needle),
      onPage: (read) => progress(read, undefined, `Read ${read} groups`),
      clock,
      signal,
    }).catch(explainMissingGroups);
    groupNames.remember(found.groups);
    const isEmpty = found.isWhole && found.read === 0 && cursor === undefined;
    const unsettled = isEmpty && username !== undefined ? await settleEmpty({ username }, context) : [];
    const whose = username === undefined ? `the app ${app.name}` : `user ${word(shownId(username))}`;
    return withinBudget(
      found.groups.length,
      (kept): Result => {
        const next = goesOn(list, found.after(kept));
        return defined({
          summary: joined(
            ' ',
            `Groups of ${whose}${wordsOf({ name_contains })}: ${kept || 'none'} shown; ${found.hasMore(kept) ? 'more follow' : othersOf(found, cursor)}.`,
            failureNote(found.failure),
            ...unsettled,
            next.has_more && (limit === 0 ? NONE_WITH_LIMIT_0 : 'Next page: the same call with cursor = next_cursor.'),
          ),
          groups: found.groups.slice(0, kept).map(rowOf),
          ...next,
        });
      },
      textOf,
    );
  },
  text: textOf,
});

const rowOf = ({ id, name, memberCount, owner }: Group): Result['groups'][number] =>
  defined({
    id: shownId(id),
    name: name === undefined ? undefined : shownName(name),
    members: memberCount,
    owner: owner && shownId(owner),
  });

function othersOf({ isWhole, read }: FoundGroups, cursor: string | undefined): string {
  if (!isWhole) return `${read} groups were read, and there may be others`;
  return cursor === undefined
    ? 'all groups were read, there are no others'
    : 'the list was read to its end; apart from the pages before this cursor there are no others';
}

function textOf({ summary, groups, next_cursor }: Result): string {
  const lines = groups.map(({ id, name, members, owner }) =>
    joined(
      ' ',
      word(id),
      name === undefined ? '-' : inQuotes(name),
      members !== undefined && counted(members, 'member'),
      owner !== undefined && `owner ${word(owner)}`,
    ),
  );
  return joined('\n', summary, ...lines, next_cursor && `next_cursor: ${next_cursor}`);
}
