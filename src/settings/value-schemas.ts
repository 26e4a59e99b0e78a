import * as z from 'zod';
import { withHome } from '../base/with-home.ts';

/*
 * What the text of a setting has to be.
 */

export const yesOrNo = z
  .enum(['1', 'true', '0', 'false'], 'must be 1 or 0')
  .transform((value) => value === '1' || value === 'true');

export const oneOf = <const T extends readonly string[]>(values: T) =>
  z.enum(values, `must be one of ${values.join(', ')}`);

export const wholeNumber = (from: number, to: number) =>
  z
    .string()
    .regex(/^\d{1,9}$/, `must be a whole number from ${from} to ${to}`)
    .transform(Number)
    .refine((value) => value >= from && value <= to, `must be a whole number from ${from} to ${to}`);

/** Header text: a line break or a blank in it would end the header or the token early. */
export const token = z
  .string()
  .regex(/^[\x21-\x7e]+$/, 'must be the value alone, on one line, without "Bearer" before it');

/** A relative one would be in the folder that a host happens to start the server in. */
export const fullPath = z
  .string()
  .regex(/^(~?[\\/]|[A-Za-z]:[\\/])/, 'must be a full path, such as /var/log/threads.jsonl or ~/threads.jsonl')
  .transform(withHome);

export const hex32 = z.string().regex(/^[0-9a-fA-F]{32}$/, 'must be 32 hexadecimal digits');

const APP_KEY =
  'must be org#app, both halves as the console shows them; in a .env file put it in quotes, since # starts a comment there';
export const appKey = z
  .string()
  .regex(/^[^#/\\?\s]+#[^#/\\?\s]+$/, APP_KEY)
  .refine((key) => !key.split('#').some((part) => part === '.' || part === '..'), APP_KEY);

export const pathPart = z.string().regex(/^(?!\.{1,2}$)[^#/\\?\s]+$/, 'must be the bare name as the console shows it');

/** With a path or without: only the host counts, as requests name it. */
export const httpUrl = z
  .string()
  .refine(
    (text) => /^https?:\/\/[^\s@?#]+$/i.test(text) && URL.canParse(text),
    'must be an address such as https://threads.example.com/mcp',
  )
  .transform((text) => new URL(text));
