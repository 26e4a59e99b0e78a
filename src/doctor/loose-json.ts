/** A string, kept whole; a line comment; a block comment. */
const STRING_OR_COMMENT = /"(?:\\.|[^"\\])*"|\/\/[^\n]*|\/\*[\s\S]*?(?:\*\/|$)/g;
/** A string, kept whole; a comma before a closing bracket. */
const STRING_OR_COMMA = /"(?:\\.|[^"\\])*"|,(?=\s*[}\]])/g;

const blanked = (text: string): string => text.replace(/[^\n]/g, ' ');

export interface LooseJson {
  readonly value: unknown;
  /** Does the text have comments or trailing commas, which plain JSON has not? */
  readonly loose: boolean;
}

/** The text is not JSON, with comments or without. */
export class NotJsonError extends Error {
  override readonly name = 'NotJsonError';
  /** Where it goes wrong, from 1; undefined where that is not known. */
  readonly line: number | undefined;

  constructor(line: number | undefined) {
    super('not JSON');
    this.line = line;
  }
}

/**
 * Reads JSON that may have comments and trailing commas, as the configuration of editors may.
 *
 * @throws NotJsonError which never quotes the text: a secret may be in it
 */
export function parseLooseJson(raw: string): LooseJson {
  // A byte order mark, which Windows editors write.
  const text = raw.replace(/^\ufeff/, '');
  // Positions stay as they are, for the line of a fault.
  const plain = text
    .replace(STRING_OR_COMMENT, (part) => (part.startsWith('"') ? part : blanked(part)))
    .replace(STRING_OR_COMMA, (part) => (part.startsWith('"') ? part : ' '));
  try {
    return { value: JSON.parse(plain), loose: plain !== text };
  } catch (error) {
    throw new NotJsonError(error instanceof SyntaxError ? lineOf(error.message, plain) : undefined);
  }
}

/** V8 names the position in most of its messages, and nothing else does. */
function lineOf(message: string, text: string): number | undefined {
  const [, position] = /position (\d+)/.exec(message) ?? [];
  if (position === undefined) return /end of JSON/i.test(message) ? text.split('\n').length : undefined;
  return text.slice(0, Number(position)).split('\n').length;
}
