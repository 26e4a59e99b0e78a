/*
 * What a person sees of a question on a terminal of 80 columns and 24 rows, as each host was seen to draw it: which rows
 * of the message, and whether both choices.
 */
const ROWS = 24;
const COLUMNS = 80;

/** Claude Code draws up to four lines whole; of more it draws the first three, and says how many it leaves out. */
const CLAUDE_WHOLE = 4;
const CLAUDE_FIRST = 3;
/** Rows around the message: title, both choices, keys and blanks. Where the message is longer, Codex draws the choice alone. */
const CODEX_AROUND = 8;
const CODEX_AROUND_CUT = 5;
const COPILOT_AROUND = 9;

export interface Drawn {
  readonly rows: readonly string[];
  readonly bothChoices: boolean;
}

const wrapped = (message: string, columnsOf: (line: string) => number): string[] =>
  message
    .split('\n')
    .flatMap((line) => [line, ...Array(Math.max(0, Math.ceil(columnsOf(line) / COLUMNS) - 1)).fill('')]);

export const HOSTS: Readonly<Record<string, (message: string, columnsOf: (line: string) => number) => Drawn>> = {
  'Claude Code': (message, columnsOf) => {
    const lines = message.split('\n').map((line) => (columnsOf(line) > COLUMNS ? line.slice(0, COLUMNS / 2) : line));
    const rows = lines.length <= CLAUDE_WHOLE ? lines : lines.slice(0, CLAUDE_FIRST);
    return { rows, bothChoices: true };
  },
  // Drawn from the top: the end of what is too long is lost, and with it the choice "True".
  Codex: (message, columnsOf) => {
    const rows = wrapped(message, columnsOf);
    const fits = rows.length <= ROWS - CODEX_AROUND;
    return { rows: fits ? rows : rows.slice(0, ROWS - CODEX_AROUND_CUT), bothChoices: fits };
  },
  // Drawn from the bottom: the beginning of what is too long scrolls away.
  'Copilot CLI': (message, columnsOf) => ({
    rows: wrapped(message, columnsOf).slice(-(ROWS - COPILOT_AROUND)),
    bothChoices: true,
  }),
};
