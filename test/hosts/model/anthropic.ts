import * as z from 'zod';
import { asEvents, asJson, newId, type Turn, textOf, type Vendor } from './conversation.ts';

const text = z.looseObject({ text: z.string().optional() });
const part = z.union([
  z.looseObject({ type: z.literal('text'), text: z.string() }),
  z.looseObject({ type: z.literal('tool_use'), name: z.string(), input: z.unknown() }),
  z.looseObject({ type: z.literal('tool_result'), content: z.union([z.string(), z.array(text)]).optional() }),
  z.looseObject({ type: z.string() }).transform(() => ({ type: 'other' as const })),
]);
const request = z.looseObject({
  model: z.string().default('model'),
  stream: z.boolean().default(false),
  tools: z.array(z.looseObject({ name: z.string() })).default([]),
  messages: z.array(z.looseObject({ role: z.string(), content: z.union([z.string(), z.array(part)]) })).default([]),
});

type Part = z.output<typeof part>;

function turnOf(role: string, given: Part): Turn[] {
  switch (given.type) {
    case 'text':
      return [{ role: role === 'user' ? 'user' : 'assistant', text: given.text }];
    case 'tool_use':
      return [{ role: 'call', text: given.name, args: JSON.stringify(given.input) }];
    case 'tool_result':
      return [{ role: 'result', text: textOf(given.content) }];
    case 'other':
      return [];
  }
}

/** Anthropic Messages. */
export const anthropic: Vendor = {
  path: /\/messages$/,
  hear(body) {
    const { messages, tools } = request.parse(body);
    const turns = messages.flatMap(({ role, content }) =>
      (typeof content === 'string' ? [{ type: 'text' as const, text: content }] : content).flatMap((one) =>
        turnOf(role, one),
      ),
    );
    return { turns, tools };
  },
  say(reply, { body }) {
    const { model, stream } = request.parse(body);
    const block =
      reply.kind === 'text'
        ? { type: 'text', text: reply.text }
        : { type: 'tool_use', id: newId('toolu'), name: reply.tool.name, input: reply.args };
    const stop = { stop_reason: reply.kind === 'text' ? 'end_turn' : 'tool_use', stop_sequence: null };
    const usage = { input_tokens: 10, output_tokens: 10 };
    const message = { id: newId('msg'), type: 'message', role: 'assistant', model, usage };
    if (!stream) return asJson({ ...message, content: [block], ...stop });
    const [empty, delta] =
      reply.kind === 'text'
        ? [
            { ...block, text: '' },
            { type: 'text_delta', text: reply.text },
          ]
        : [
            { ...block, input: {} },
            { type: 'input_json_delta', partial_json: JSON.stringify(reply.args) },
          ];
    const events = [
      { type: 'message_start', message: { ...message, content: [], stop_reason: null, stop_sequence: null } },
      { type: 'content_block_start', index: 0, content_block: empty },
      { type: 'content_block_delta', index: 0, delta },
      { type: 'content_block_stop', index: 0 },
      { type: 'message_delta', delta: stop, usage: { output_tokens: 10 } },
      { type: 'message_stop' },
    ];
    return asEvents(events.map((event) => [event.type, event] as const));
  },
};
