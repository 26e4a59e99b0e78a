import * as z from 'zod';
import { asEvents, asJson, newId, type Turn, textOf, type Vendor } from './conversation.ts';

const call = z.looseObject({ function: z.looseObject({ name: z.string(), arguments: z.string() }) });
const request = z.looseObject({
  model: z.string().default('model'),
  stream: z.boolean().default(false),
  tools: z.array(z.looseObject({ function: z.looseObject({ name: z.string() }).optional() })).default([]),
  messages: z
    .array(
      z.looseObject({
        role: z.string(),
        content: z.union([z.string(), z.array(z.looseObject({ text: z.string().optional() }))]).nullish(),
        tool_calls: z.array(call).nullish(),
      }),
    )
    .default([]),
});

type Message = z.output<typeof request>['messages'][number];

function turnsOf({ role, content, tool_calls }: Message): Turn[] {
  const text = textOf(content);
  if (role === 'user') return [{ role: 'user', text }];
  if (role === 'tool') return [{ role: 'result', text }];
  if (role !== 'assistant') return [];
  const calls = (tool_calls ?? []).map(
    ({ function: { name, arguments: args } }) => ({ role: 'call', text: name, args }) as const,
  );
  return calls.length > 0 ? calls : [{ role: 'assistant', text }];
}

/** OpenAI Chat Completions, as most providers of other vendors speak it too. */
export const openaiChat: Vendor = {
  path: /\/chat\/completions$/,
  hear(body) {
    const { messages, tools } = request.parse(body);
    return { turns: messages.flatMap(turnsOf), tools: tools.flatMap((tool) => tool.function ?? []) };
  },
  say(reply, { body }) {
    const { model, stream } = request.parse(body);
    const content = reply.kind === 'text' ? reply.text : null;
    const calls =
      reply.kind === 'text'
        ? undefined
        : [
            {
              index: 0,
              id: newId('call'),
              type: 'function',
              function: { name: reply.tool.name, arguments: JSON.stringify(reply.args) },
            },
          ];
    const said = { role: 'assistant', content, ...(calls && { tool_calls: calls }) };
    const finish_reason = calls ? 'tool_calls' : 'stop';
    const usage = { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 };
    const base = { id: newId('chatcmpl'), created: Math.floor(Date.now() / 1000), model };
    if (!stream) {
      return asJson({
        ...base,
        object: 'chat.completion',
        choices: [{ index: 0, finish_reason, message: said }],
        usage,
      });
    }
    const chunk = { ...base, object: 'chat.completion.chunk' };
    return asEvents(
      [
        [undefined, { ...chunk, choices: [{ index: 0, delta: said, finish_reason: null }] }],
        [undefined, { ...chunk, choices: [{ index: 0, delta: {}, finish_reason }], usage }],
      ],
      'data: [DONE]\n\n',
    );
  },
};
