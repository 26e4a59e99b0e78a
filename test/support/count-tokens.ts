import { encode } from 'gpt-tokenizer/encoding/o200k_base';

/** Tokens of a text as o200k counts them. */
export const tokens = (text: string): number =>
  encode(text, { allowedSpecial: new Set(), disallowedSpecial: new Set() }).length;
