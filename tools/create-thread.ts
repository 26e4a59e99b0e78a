import * as z from 'zod';
import { findThread } from '../src/agora/reconcile.ts';
import type { Thread } from '../src/agora/thread.ts';
import { defined } from '../src/base/defined.ts';
import { inQuotes } from '../src/base/escape.ts';
import { errorWords } from '../src/present/error-words.ts';
import { factsOf, inApp, shownId, shownName, threadFacts, titled, word } from '../src/present/thread-facts.ts';
import { defineTool } from '../src/toolkit/define-tool.ts';
import { groupId, msgId, owner, threadName } from './support/parameters.ts';

const output = z.object({
  summary: z.string(),
  status: z.enum(['created', 'already_exists', 'unknown']),
  thread_id: z.string().optional(),
  group_id: z.string(),
  msg_id: z.string(),
  name: z.string(),
  owner: z.string(),
  existing: threadFacts.optional().describe('The thread that the message has already'),
});

export const createThread = defineTool({
  name: 'create_thread',
  title: 'Create a thread',
  description:
    'Creates a thread on a message of a group. A message can have one thread: status already_exists means it has one. status unknown means the answer was lost; calling again with the same arguments is safe then. The msg_id comes from the chat (webhook, send answer, client), not from these tools.',
  kind: 'create',
  input: z.strictObject({ group_id: groupId, msg_id: msgId, name: threadName, owner }),
  output,
  async handle({ group_id, msg_id, name, owner }, context): Promise<z.input<typeof output>> {
    const { threads, write, clock, signal } = context;
    const thread = { groupId: group_id, msgId: msg_id, name, owner };
    const echo = { group_id, msg_id, name: shownName(name), owner: shownId(owner) };
    const message = `message ${msg_id} in group ${group_id}`;
    const created = (thread_id: string, how: string) => ({
      summary: `Created ${titled({ id: thread_id, name: echo.name })} ${inApp(context.app)} on ${message}, owner ${word(echo.owner)}.${how}`,
      status: 'created' as const,
      thread_id,
      ...echo,
    });

    const startedAt = context.clock.now();
    const written = await write({ args: { group_id, msg_id, name, owner } }, (agora) => agora.create(thread, signal));
    if (written.kind === 'done') return created(written.value, '');
    const { kind, error } = written;
    if (kind === 'refused' && error.code !== 'thread_exists') throw error;

    // After a lost answer the thread may still be on its way, so it is looked for twice.
    const found = await findThread(threads, thread, clock, signal, kind === 'refused' ? 1 : 2);
    const existing = found && factsOf(found);
    if (kind === 'refused') {
      return {
        summary: `Nothing was created ${inApp(context.app)}: ${message} already has a thread, and can have only one. ${
          existing
            ? `It is ${titled(existing)}.`
            : `It is not in the list of ${word(echo.owner)}; to find it, list the threads of other members with list_user_group_threads and detail = full, and look for this msg_id.`
        }`,
        status: 'already_exists',
        ...defined({ thread_id: existing?.id, existing }),
        ...echo,
      };
    }
    const lost = errorWords(error);
    if (existing && found) {
      const isOurs = wasMadeSince(found, startedAt, context.clockAhead());
      if (isOurs && found.owner === owner && sameName(found.name, name)) {
        return created(existing.id, ` Its answer was lost (${lost}), and the thread was found by looking for it.`);
      }
      const which =
        isOurs === undefined
          ? 'Whether it is the one asked for or an older one is not known'
          : isOurs
            ? 'It was made just now, under another name or owner'
            : 'It is older than this call';
      return {
        summary: `The answer was lost (${lost}), and ${message} has a thread: ${titled(existing)}. ${which}; a second one cannot be made.`,
        status: isOurs === undefined ? 'unknown' : 'already_exists',
        ...(isOurs !== undefined && { thread_id: existing.id }),
        existing,
        ...echo,
      };
    }
    return {
      summary: `It is not known whether the thread ${inQuotes(echo.name)} on ${message}, owner ${word(echo.owner)}, was created (${lost}); it was not found by looking for it. Call create_thread again with the same arguments: a message can have only one thread, so no second one can come of it.`,
      status: 'unknown',
      ...echo,
    };
  },
  text: ({ summary }) => summary,
});

/** Clocks are read at another moment than requests are sent, in milliseconds. */
const CLOCK_SLACK_MS = 120_000;

/** By the service's own clock, was the thread made after the call began? Undefined where its clock is not known. */
function wasMadeSince({ created }: Thread, startedAt: number, ahead: number | undefined): boolean | undefined {
  if (created === undefined || ahead === undefined) return undefined;
  return created >= startedAt - ahead - CLOCK_SLACK_MS;
}

/** The service may store a name trimmed, or with its accents composed. */
const sameName = (stored: string | undefined, sent: string): boolean =>
  stored?.normalize('NFC').trim() === sent.normalize('NFC').trim();
