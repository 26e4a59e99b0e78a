import { encode } from 'gpt-tokenizer/encoding/o200k_base';

/** The number of o200k tokens in a text. */
export const tokens = (text: string): number =>
  encode(text, { allowedSpecial: new Set(), disallowedSpecial: new Set() }).length;
