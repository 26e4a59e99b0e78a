/** What can be wrong with a file of tokens, to be read after its name, and with its lines. */
export const en = {
  notRegular: 'is not a regular file',
  tooLarge: (bytes: number) => `has more than ${bytes} bytes`,
  notText: 'is not UTF-8 text',
  unreadable: (code: string) => `cannot be read (${code})`,
  fields: 'it is not NAME SCOPES sha256:HEX',
  name: 'the name must be 1 to 64 letters, digits or . _ @ + -',
  scopes: (scopes: readonly string[]) => `the scopes must be ${scopes.join(', ')}, separated by commas without blanks`,
  hash: 'the third field must be sha256: and 64 hex digits',
  repeated: 'it repeats the token of an earlier line',
  /** A list of lines, and how many more there are. */
  passedOver: (lines: readonly (readonly [line: number, why: string])[], more: number) =>
    [
      ...lines.map(([line, why]) => `line ${line} is passed over: ${why}`),
      ...(more > 0 ? [`${more} more lines are passed over`] : []),
    ].join('; '),
};

export type TokenWords = typeof en;

/** Picks the words of a fault in one language. */
export type SayFault = (words: TokenWords) => string;
