import * as z from 'zod';
import { AgoraError } from '../src/agora/errors.ts';
import { serviceSaid } from '../src/present/error-words.ts';
import { type App, type ToolResult, toResult, toTool } from '../src/toolkit/define-tool.ts';
import { ANSWERS } from '../src/toolkit/gate.ts';

const output = z.object({
  summary: z.string(),
  state: z.enum(['open', 'working', 'settled', 'declined', 'closed', 'unknown']),
});

type Result = z.input<typeof output>;

const answers = z.enum(ANSWERS);

/** The states in which nothing has happened, and whether they are told as an error. */
const STATES = {
  open: { summary: 'The question is open.', isError: false },
  working: { summary: 'The user said yes, and it is being done.', isError: false },
  closed: { summary: 'This question is no longer open. To be asked again, use the chat.', isError: true },
  unknown: { summary: 'This session has no such question. To be asked again, use the chat.', isError: true },
} as const;

const textOf = ({ summary, state }: Result): string =>
  state === 'closed' || state === 'unknown' ? `Error [${state}]: ${summary}` : summary;

export const answerConfirmation = toTool(
  {
    name: 'answer_confirmation',
    title: 'Answer a question in the view',
    description:
      'For the view in which the user is asked before anything is deleted, and for nothing else: it takes an approval that no model is given.',
    kind: 'delete',
    appOnly: true,
    input: z.strictObject({
      // Never refused for its type, since the refusal would repeat it; without one there is no such question.
      approval: z.unknown().optional().meta({ type: 'string', description: 'Of the question' }),
      // Not repeated either: it may be an approval in the wrong place.
      answer: z
        .unknown()
        .refine((value) => answers.safeParse(value).success, {
          error: 'must be "shown", "yes" or "no"',
          params: { isHidden: true },
        })
        .meta({ type: 'string', enum: ANSWERS, description: 'shown: the question was drawn' })
        .pipe(answers),
    }),
    output,
    text: textOf,
  },
  async ({ approval, answer }, context, { gate }) => {
    const reply = gate.answer(typeof approval === 'string' ? approval : '', answer, context);
    if ('outcome' in reply) {
      const outcome = await reply.outcome().catch((error: unknown) => failed(error, context.app));
      const { summary, ...structure } = outcome.structured;
      return { ...outcome, structured: { summary, state: reply.state, ...structure } };
    }
    const { summary, isError } = STATES[reply.state];
    const result = toResult<Result>(textOf, { summary, state: reply.state }, context.app);
    return isError ? { ...result, isError } : result;
  },
);

/** A deletion that failed after the yes is the outcome, however often the view asks for it. */
function failed(error: unknown, app: App): ToolResult {
  if (!(error instanceof AgoraError)) throw error;
  const { facts } = error;
  const summary = `It failed after the yes: ${facts.what}${serviceSaid(facts)}. ${facts.next}`;
  const result = toResult<Result>(
    ({ summary }) => `Error [${error.code}]: ${summary}`,
    { summary, state: 'settled' },
    app,
  );
  return { ...result, isError: true, because: { error: error.code } };
}
