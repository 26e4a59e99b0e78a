import * as z from 'zod';
import { asEvents, asJson, type Turn, type Vendor } from './conversation.ts';

const part = z.looseObject({
  text: z.string().optional(),
  functionCall: z.looseObject({ name: z.string(), args: z.unknown().optional() }).optional(),
  functionResponse: z.looseObject({ response: z.unknown().optional() }).optional(),
});
const request = z.looseObject({
  contents: z.array(z.looseObject({ role: z.string().optional(), parts: z.array(part).default([]) })).default([]),
  tools: z
    .array(z.looseObject({ functionDeclarations: z.array(z.looseObject({ name: z.string() })).default([]) }))
    .default([]),
  generationConfig: z.looseObject({ responseMimeType: z.string().optional() }).optional(),
});

const output = z.looseObject({ output: z.string() });

function turnOf(role: string | undefined, { text, functionCall, functionResponse }: z.output<typeof part>): Turn[] {
  if (functionCall) return [{ role: 'call', text: functionCall.name, args: JSON.stringify(functionCall.args ?? {}) }];
  if (functionResponse) {
    const { response } = functionResponse;
    const given = output.safeParse(response);
    return [{ role: 'result', text: given.success ? given.data.output : JSON.stringify(response ?? '') }];
  }
  return text === undefined ? [] : [{ role: role === 'user' ? 'user' : 'assistant', text }];
}

/** What Gemini CLI asks for beside the conversation: which model to take, and who speaks next. */
const SIDE_ANSWER = {
  reasoning: '-',
  next_speaker: 'user',
  model_choice: 'flash',
  complexity_reasoning: '-',
  complexity_score: 1,
};

/** Gemini's generateContent, streamed or not. */
export const gemini: Vendor = {
  path: /:(stream)?generateContent$/i,
  hear(body) {
    const { contents, tools } = request.parse(body);
    return {
      turns: contents.flatMap(({ role, parts }) => parts.flatMap((one) => turnOf(role, one))),
      tools: tools.flatMap(({ functionDeclarations }) => functionDeclarations),
    };
  },
  say(reply, { url, body }) {
    const { generationConfig } = request.parse(body);
    const text = generationConfig?.responseMimeType === 'application/json' ? JSON.stringify(SIDE_ANSWER) : undefined;
    const said =
      reply.kind === 'text'
        ? { text: text ?? reply.text }
        : { functionCall: { name: reply.tool.name, args: reply.args } };
    const message = {
      candidates: [{ index: 0, content: { role: 'model', parts: [said] }, finishReason: 'STOP' }],
      usageMetadata: { promptTokenCount: 1, candidatesTokenCount: 1, totalTokenCount: 2 },
      modelVersion: 'scripted',
    };
    return /streamGenerateContent/.test(url) ? asEvents([[undefined, message]]) : asJson(message);
  },
};
