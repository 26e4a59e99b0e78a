import * as z from 'zod';
import { asEvents, newId, type OfferedTool, type Turn, textOf, type Vendor } from './conversation.ts';

const parts = z.union([z.string(), z.array(z.looseObject({ text: z.string().optional() }))]);
const tool = z.looseObject({
  type: z.string().optional(),
  name: z.string().optional(),
  tools: z.array(z.looseObject({ name: z.string() })).optional(),
});
const item = z.looseObject({
  type: z.string().optional(),
  role: z.string().optional(),
  name: z.string().optional(),
  content: parts.nullish(),
  arguments: z.unknown().optional(),
  output: z.unknown().optional(),
  tools: z.array(tool).optional(),
});
const request = z.looseObject({
  model: z.string().default('model'),
  tools: z.array(tool).default([]),
  input: z.array(item).default([]),
});

type Item = z.output<typeof item>;

const asText = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

function turnOf(given: Item): Turn[] {
  const type = given.type ?? 'message';
  if (type === 'message') return [{ role: given.role === 'user' ? 'user' : 'assistant', text: textOf(given.content) }];
  if (/_call$/.test(type)) return [{ role: 'call', text: given.name ?? type, args: asText(given.arguments ?? {}) }];
  if (!/_output$/.test(type)) return [];
  const listed = parts.safeParse(given.output);
  return [{ role: 'result', text: listed.success ? textOf(listed.data) : asText(given.output ?? '') }];
}

/** A namespace holds the tools of one server; a tool without a name goes by its type. */
const offered = ({ type, name, tools }: z.output<typeof tool>): OfferedTool[] =>
  type === 'namespace'
    ? (tools ?? []).map((one) => ({ name: one.name, namespace: name }))
    : [{ name: name ?? type ?? '' }];

/** The tool by which Codex looks for tools that it did not list. */
const SEARCH = 'tool_search';

/** OpenAI Responses. */
export const openaiResponses: Vendor = {
  path: /\/responses$/,
  hear(body) {
    const { input, tools } = request.parse(body);
    const found = input.flatMap((one) => one.tools ?? []);
    return { turns: input.flatMap(turnOf), tools: [...tools, ...found].flatMap(offered) };
  },
  say(reply, { body }) {
    const { model } = request.parse(body);
    const item =
      reply.kind === 'text'
        ? {
            type: 'message',
            id: newId('msg'),
            role: 'assistant',
            status: 'completed',
            content: [{ type: 'output_text', text: reply.text, annotations: [] }],
          }
        : reply.tool.name === SEARCH
          ? {
              type: 'tool_search_call',
              id: newId('ts'),
              call_id: newId('call'),
              execution: 'client',
              arguments: reply.args,
              status: 'completed',
            }
          : {
              type: 'function_call',
              id: newId('fc'),
              call_id: newId('call'),
              ...reply.tool,
              arguments: JSON.stringify(reply.args),
              status: 'completed',
            };
    const response = { id: newId('resp'), object: 'response', created_at: Math.floor(Date.now() / 1000), model };
    const usage = { input_tokens: 10, output_tokens: 5, total_tokens: 15 };
    const details = { input_tokens_details: { cached_tokens: 0 }, output_tokens_details: { reasoning_tokens: 0 } };
    const at = { output_index: 0, item };
    const events = [
      { type: 'response.created', response: { ...response, status: 'in_progress', output: [] } },
      { type: 'response.output_item.added', ...at },
      ...(reply.kind === 'text'
        ? [
            {
              type: 'response.output_text.delta',
              item_id: item.id,
              output_index: 0,
              content_index: 0,
              delta: reply.text,
            },
          ]
        : []),
      { type: 'response.output_item.done', ...at },
      {
        type: 'response.completed',
        response: { ...response, status: 'completed', output: [item], usage: { ...usage, ...details } },
      },
    ];
    return asEvents(events.map((event) => [event.type, event] as const));
  },
};
