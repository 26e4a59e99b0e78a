import * as z from 'zod';

/** opencode fetches a prompt with `$1` to `$9` in place of its arguments, and puts the values into the text later. */
const PLACEHOLDER = /^\$[1-9]$/;

export const isPlaceholder = (value: string | undefined): boolean => value !== undefined && PLACEHOLDER.test(value);

/** A text that the schema takes, or a placeholder for one. */
export const orPlaceholder = (schema: z.ZodType<string, string>) =>
  z.string('must be a string').superRefine((value, context) => {
    const issue = isPlaceholder(value) ? undefined : schema.safeParse(value).error?.issues[0];
    if (issue) context.addIssue(issue.message);
  });
