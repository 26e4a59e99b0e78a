import * as z from 'zod';
import type { Tool } from '../toolkit/define-tool.ts';

/** Of the JSON Schema of an argument, what the command line shows and needs. All tools keep to it. */
const argument = z.object({
  type: z.enum(['string', 'number', 'integer', 'boolean', 'array']),
  description: z.string().default(''),
  enum: z.array(z.string()).optional(),
  minimum: z.number().optional(),
  maximum: z.number().optional(),
  items: z.object({ type: z.enum(['string', 'number', 'integer', 'boolean']) }).optional(),
});
const schema = z.object({
  properties: z.record(z.string(), argument),
  required: z.array(z.string()).default([]),
});

export type ArgumentSchema = z.output<typeof argument>;

/** The arguments of a tool, and which of them it requires. */
export const readSchema = ({ inputSchema }: Pick<Tool, 'inputSchema'>): z.output<typeof schema> =>
  schema.parse(inputSchema());
