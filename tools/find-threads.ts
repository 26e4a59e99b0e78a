import * as z from 'zod';
import { defined } from '../src/base/defined.ts';
import { unwrapCursor } from '../src/lists/cursor.ts';
import { orderOf, readPosition } from '../src/lists/question.ts';
import { foundOf, foundThreads } from '../src/present/found-threads.ts';
import { listText } from '../src/present/list-result.ts';
import { defineTool } from '../src/toolkit/define-tool.ts';
import { filterArguments, groupId, listArguments, spanInOrder } from './support/parameters.ts';
import { settleEmpty } from './support/settle-empty.ts';
import { askedList, filterOf } from './support/thread-list.ts';

/** In milliseconds; clients give up a call after a minute, and the answer takes some time to be made. */
const DEADLINE_MS = 43_000;

export const findThreads = defineTool({
  name: 'find_threads',
  title: 'Find threads',
  description:
    'Finds Agora Chat threads anywhere in the app by name, owner, group or age, when no user is known. The first search of a large app can take several calls: follow next_cursor. For what one user has joined use list_user_threads; for ids and totals list_threads. Messages, last activity and join times are not available.',
  kind: 'read',
  drawnAs: 'list',
  input: z
    .strictObject({
      name_contains: filterArguments.name_contains,
      owner: filterArguments.owner,
      group_id: groupId.optional(),
      msg_id: filterArguments.msg_id,
      created_after: filterArguments.created_after,
      created_before: filterArguments.created_before,
      limit: listArguments.limit.describe('How many to show (0-50, default 20); 0 only counts'),
      cursor: listArguments.cursor,
      sort: listArguments.sort
        .unwrap()
        .optional()
        .describe('By creation; default desc (newest first), but asc if created_before is the only date'),
      detail: listArguments.detail,
    })
    .refine(...spanInOrder),
  output: foundThreads,
  async handle({ group_id, limit, cursor, sort, detail, ...narrow }, context) {
    const { directory, seen, clock, signal, progress } = context;
    const filter = filterOf(narrow);
    const order = orderOf(filter, sort);
    const asked = askedList('find_threads', { group_id, sort: order.sort, detail, cursor }, narrow, context);
    const from = readPosition(unwrapCursor(asked.list, cursor));
    const began = clock.now();
    const answer = await directory.ask(
      { filter, ...defined({ groupId: group_id }), ...order, limit, from },
      DEADLINE_MS,
      (calls, known) => progress(calls, undefined, `${calls} calls, ${known} threads known`),
      signal,
    );
    const isEmpty = answer.stopped === 'end' && answer.matches.length === 0 && cursor === undefined;
    const notes = isEmpty ? await settleEmpty({ owner: narrow.owner, group_id }, context) : [];
    for (const { thread, at } of answer.threads) seen.remember([thread], at);
    return foundOf({
      ...asked,
      answer,
      limit,
      notes,
      began,
      ended: clock.now(),
    });
  },
  text: listText,
});
