import { utcClock, utcTime } from '../present/time.ts';
import type { No } from './confirm.ts';
import type { OpenQuestion } from './open-questions.ts';

/** The result of a call that was not confirmed, before the tool adds what would have been lost. */
export interface Unconfirmed {
  summary: string;
  status: 'confirmation_required' | 'declined';
  confirmation_code?: string;
  expires_at?: string;
}

export interface CodeFields {
  confirmation_code: string;
  expires_at: string;
}

export const codeFields = ({ code, expiresAt }: { code: string; expiresAt: number }): CodeFields => ({
  confirmation_code: code,
  expires_at: utcTime(expiresAt),
});

/** What the words need to know of the tool. */
interface Deletion {
  readonly name: string;
  readonly verb: 'deleted' | 'removed';
}

const WRONG_CODE = 'That confirmation code is wrong, used, expired or for another call.';

/** @param wrongCode did the call bring a code that does not count? */
export function needsCode(
  { name, verb }: Deletion,
  message: string,
  issued: { code: string; expiresAt: number },
  wrongCode: boolean,
): Unconfirmed {
  const fields = codeFields(issued);
  return {
    summary: [
      `${wrongCode ? `${WRONG_CODE} ` : ''}Nothing was ${verb} yet. Show the user this question and stop:`,
      message,
      `Only if the user says yes, call ${name} again with the same arguments and confirmation_code ${fields.confirmation_code} before ${fields.expires_at}.`,
    ].join('\n'),
    status: 'confirmation_required',
    ...fields,
  };
}

/** @param offered the code that the call brought, and that does not count (yet) */
export function needsClick(
  { name, verb }: Deletion,
  message: string,
  { code, expiresAt }: Pick<OpenQuestion<unknown>, 'code' | 'expiresAt'>,
  offered: string | undefined,
): Unconfirmed {
  // To the second, and never too early.
  const countsFrom = utcTime(Math.ceil((code?.countsFrom ?? 0) / 1_000) * 1_000);
  const why = offered === undefined ? '' : offered === code?.code ? 'That code does not count yet. ' : `${WRONG_CODE} `;
  return {
    summary: [
      `${why}Nothing was ${verb} yet.`,
      message,
      'The user is asked in the view below this result. End your turn and wait; calling again shows the same question.',
      ...(code
        ? [
            `Only if the user says that there is no button, and agrees in the chat: call ${name} again with the same arguments and confirmation_code ${code.code}, which counts from ${countsFrom} and not once the view was drawn.`,
          ]
        : []),
    ].join('\n'),
    status: 'confirmation_required',
    ...(code && { confirmation_code: code.code }),
    expires_at: utcTime(expiresAt),
  };
}

const LEAVE_IT = 'Do not try again unless the user asks for it.';
const UNATTENDED =
  'It came back within a second, so this client may be running without a person; its operator can set AGORA_THREADS_CONFIRM=code.';

const WHY_NOT: Record<No, string> = {
  declined: `the user declined. ${LEAVE_IT}`,
  declined_at_once: `the question was declined. ${UNATTENDED} ${LEAVE_IT}`,
  dismissed: `the question was closed without an answer. ${LEAVE_IT}`,
  not_ticked: `the form was accepted, but the box was not ticked. ${LEAVE_IT}`,
  timed_out: `nobody answered the question within 5 minutes. ${LEAVE_IT}`,
  failed: `the client could not show the question, or sent back something other than an answer. ${LEAVE_IT} If this client never shows it, its operator can set AGORA_THREADS_CONFIRM=code.`,
  server_ending:
    'the server is ending and withdrew the question. Call again in a moment: this server, restarted, or another one will ask.',
  no_way_to_ask:
    'this server accepts a confirmation only from a person (AGORA_THREADS_CONFIRM=person), and this client shows neither forms nor views. Do not try again. The operator can use a client that shows forms (elicitation) or views (MCP Apps), or set AGORA_THREADS_CONFIRM=auto.',
};

export const notDone = ({ verb }: Deletion, why: No): Unconfirmed => ({
  summary: `Nothing was ${verb}: ${WHY_NOT[why]}`,
  status: 'declined',
});

/** @param at when the user clicked, in milliseconds since 1970 */
export const clickedNo = ({ verb }: Deletion, at: number): Unconfirmed => ({
  summary: `Nothing was ${verb}: the user clicked no at ${utcClock(at)}. Ask again only if they want it.`,
  status: 'declined',
});
