import { defined } from '../base/defined.ts';
import { utcClock, utcTime } from '../present/time.ts';
import { CODE_WAITS_MS, CONFIRM_TIME_MS, type ViewQuestion, type Yes } from './gate.ts';

/** How a person's yes reached the server: `terminal` and `flag` come from our own command line only. */
export const CONFIRMED_BY = ['form', 'click', 'code', 'terminal', 'flag'] as const;
export type ConfirmedBy = (typeof CONFIRMED_BY)[number];

/** No more than is known: a code proves only that a second call was made. */
const CONFIRMED: Record<Exclude<ConfirmedBy, 'click'>, string> = {
  form: "confirmed in the client's form",
  code: 'confirmed by a second call with a code',
  terminal: 'confirmed on the terminal',
  flag: 'confirmed by --confirm',
};

/** @param now when the model is told: it learns of a click in a later call, so the time of the click is named */
export const confirmedWords = ({ by, at }: Pick<Yes, 'by' | 'at'>, now: number): string =>
  by === 'click' ? `confirmed by a click at ${utcClock(at, now)}` : CONFIRMED[by];

/** The result of a call that was not confirmed, before the tool adds what would have been lost. */
export interface Unconfirmed extends Partial<CodeFields> {
  summary: string;
  status: 'confirmation_required' | 'declined';
}

export interface CodeFields {
  confirmation_code: string;
  expires_at: string;
}

/** A code that was handed out; its end in milliseconds since 1970. */
interface Issued {
  readonly code: string;
  readonly expiresAt: number;
}

const codeFields = ({ code, expiresAt }: Issued): CodeFields => ({
  confirmation_code: code,
  expires_at: utcTime(expiresAt),
});

/** What the words need to know of the tool. */
interface Deletion {
  readonly name: string;
  readonly verb: 'deleted' | 'removed';
}

const WRONG_CODE = 'That confirmation code is wrong, used, expired or for another call.';

/** @param offered the code that the call brought, and that does not count */
export function needsCode(
  { name, verb }: Deletion,
  message: string,
  issued: Issued,
  offered: string | undefined,
): Unconfirmed {
  const fields = codeFields(issued);
  return {
    summary: [
      `${offered === undefined ? '' : `${WRONG_CODE} `}Nothing was ${verb} yet. Show the user this question and stop:`,
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
  { asked, code, askedAt }: ViewQuestion,
  offered: string | undefined,
): Unconfirmed {
  // To the second, and never too early.
  const countsFrom = utcTime(Math.ceil((askedAt + CODE_WAITS_MS) / 1_000) * 1_000);
  const why = offered === undefined ? '' : offered === code ? 'That code does not count yet. ' : `${WRONG_CODE} `;
  return {
    summary: [
      `${why}Nothing was ${verb} yet.`,
      asked.message,
      'The user is asked in the view below this result. End your turn and wait; calling again shows the same question.',
      ...(code === undefined
        ? []
        : [
            `Only if the user says that there is no button, and agrees in the chat: call ${name} again with the same arguments and confirmation_code ${code}, which counts from ${countsFrom} and not once the view was drawn.`,
          ]),
    ].join('\n'),
    status: 'confirmation_required',
    ...defined({ confirmation_code: code }),
    expires_at: utcTime(askedAt + CONFIRM_TIME_MS),
  };
}

const LEAVE_IT = 'Do not try again unless the user asks for it.';
const UNATTENDED =
  'It came back within a second, so this client may be running without a person; its operator can set AGORA_THREADS_CONFIRM=code.';

const WHY_NOT = {
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

/** Why nothing was done. */
export type No = keyof typeof WHY_NOT;

export const notDone = ({ verb }: Deletion, why: No): Unconfirmed => ({
  summary: `Nothing was ${verb}: ${WHY_NOT[why]}`,
  status: 'declined',
});

/**
 * @param at when the user clicked, in milliseconds since 1970
 * @param now when the model is told
 */
export const clickedNo = ({ verb }: Deletion, at: number, now: number): Unconfirmed => ({
  summary: `Nothing was ${verb}: the user clicked no at ${utcClock(at, now)}. Ask again only if they want it.`,
  status: 'declined',
});

/** What the model is told of the part that a call had no time for. */
export interface RestOfYes {
  readonly fields?: CodeFields;
  readonly words?: string;
}

export function restOfYes(tool: string, args: Readonly<Record<string, readonly string[]>>, issued: Issued): RestOfYes {
  const fields = codeFields(issued);
  const { confirmation_code: code, expires_at: ends } = fields;
  const given = Object.entries(args).map(([name, values]) => `${name} ${JSON.stringify(values)}`);
  return {
    fields,
    words: `This call had no time for the rest, and the same yes covers it: call ${tool} with ${given.join(', ')} and confirmation_code ${code} before ${ends}.`,
  };
}

export const REST_IS_ASKED_ABOUT =
  'The server is ending, so the rest was not tried. Call again in a moment, and the user will be asked about it.';
