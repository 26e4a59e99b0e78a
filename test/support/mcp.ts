import type { ValidateFunction } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect } from 'vitest';
import * as z from 'zod';

/**
 * What our server may send, by a strict reading of MCP 2025-11-25: no field that the specification does not name, and
 * no message out of turn. Written from the specification and without the SDK, which is more lenient.
 */

const id = z.union([z.string(), z.int()]);
/** Keys of `_meta`: labels and a slash as an optional prefix, then a name. */
const LABEL = '[A-Za-z](?:[A-Za-z0-9-]*[A-Za-z0-9])?';
const META_KEY = new RegExp(`^(${LABEL}(\\.${LABEL})*/)?([A-Za-z0-9]([\\w.-]*[A-Za-z0-9])?)?$`);
const _meta = z.record(z.string().regex(META_KEY), z.unknown()).optional();

const jsonSchema = z
  .looseObject({
    type: z.literal('object'),
    properties: z.record(z.string(), z.looseObject({})).optional(),
    required: z.array(z.string()).optional(),
  })
  .refine(({ properties = {}, required = [] }) => required.every((name) => name in properties));

const tool = z.strictObject({
  name: z.string().regex(/^[A-Za-z0-9_.-]{1,128}$/),
  title: z.string().optional(),
  description: z.string().optional(),
  inputSchema: jsonSchema,
  outputSchema: jsonSchema.optional(),
  annotations: z
    .strictObject({
      title: z.string(),
      readOnlyHint: z.boolean(),
      destructiveHint: z.boolean(),
      idempotentHint: z.boolean(),
      openWorldHint: z.boolean(),
    })
    .partial()
    .optional(),
  _meta,
});

const changing = z.strictObject({ listChanged: z.boolean().optional() });
const textContent = z.strictObject({ type: z.literal('text'), text: z.string() });

/** Results by the method of their request. */
const RESULTS: Readonly<Record<string, z.ZodType>> = {
  initialize: z.strictObject({
    protocolVersion: z.iso.date(),
    capabilities: z.strictObject({
      tools: changing,
      prompts: changing,
      resources: changing,
      extensions: z.record(z.string(), z.looseObject({})),
    }),
    serverInfo: z.strictObject({ name: z.string(), title: z.string().optional(), version: z.string() }),
    instructions: z.string().optional(),
    _meta,
  }),
  ping: z.strictObject({ _meta }),
  'tools/list': z.strictObject({
    tools: z.array(tool).refine((tools) => new Set(tools.map(({ name }) => name)).size === tools.length),
    nextCursor: z.string().optional(),
    _meta,
  }),
  'tools/call': z
    .strictObject({
      content: z.array(textContent),
      structuredContent: z.record(z.string(), z.unknown()).optional(),
      isError: z.boolean().optional(),
      _meta,
    })
    // All our tools have an output schema, so every result that is not an error must have a structure.
    .refine(({ isError, structuredContent }) => isError === true || structuredContent !== undefined),
  'resources/list': z.strictObject({
    resources: z.array(
      z.strictObject({ uri: z.url(), name: z.string(), title: z.string().optional(), mimeType: z.string().optional() }),
    ),
    _meta,
  }),
  'resources/templates/list': z.strictObject({ resourceTemplates: z.tuple([]), _meta }),
  'resources/read': z.strictObject({
    contents: z.array(z.strictObject({ uri: z.url(), mimeType: z.string().optional(), text: z.string(), _meta })),
    _meta,
  }),
  'prompts/list': z.strictObject({
    prompts: z.array(
      z.strictObject({
        name: z.string(),
        title: z.string().optional(),
        description: z.string().optional(),
        arguments: z
          .array(
            z.strictObject({
              name: z.string(),
              title: z.string().optional(),
              description: z.string().optional(),
              required: z.boolean().optional(),
            }),
          )
          .optional(),
        _meta,
      }),
    ),
    nextCursor: z.string().optional(),
    _meta,
  }),
  'prompts/get': z.strictObject({
    description: z.string().optional(),
    messages: z.array(z.strictObject({ role: z.enum(['user', 'assistant']), content: textContent })),
    _meta,
  }),
};

const error = z.strictObject({ code: z.int(), message: z.string().min(1), data: z.unknown().optional() });

const jsonrpc = z.literal('2.0');
const answer = z.strictObject({ jsonrpc, id, result: z.unknown().optional(), error: error.optional() });

/** Requests and notifications of the server. */
const sent = z.discriminatedUnion('method', [
  z.strictObject({
    jsonrpc,
    id,
    method: z.literal('elicitation/create'),
    params: z.strictObject({
      mode: z.literal('form').optional(),
      message: z.string(),
      requestedSchema: z
        .strictObject({
          type: z.literal('object'),
          properties: z.record(
            z.string(),
            z.strictObject({
              type: z.literal('boolean'),
              title: z.string(),
              description: z.string().optional(),
              default: z.boolean().optional(),
            }),
          ),
          required: z.array(z.string()).optional(),
        })
        .refine(({ properties, required = [] }) => required.every((name) => name in properties)),
      _meta,
    }),
  }),
  z.strictObject({
    jsonrpc,
    method: z.literal('notifications/progress'),
    params: z.strictObject({
      progressToken: id,
      progress: z.number(),
      total: z.number().optional(),
      message: z.string().optional(),
      _meta,
    }),
  }),
  z.strictObject({
    jsonrpc,
    method: z.literal('notifications/cancelled'),
    params: z.strictObject({ requestId: id, reason: z.string().optional(), _meta }),
  }),
]);

const fromClient = z.looseObject({
  id: id.optional(),
  method: z.unknown().optional(),
  params: z
    .looseObject({
      requestId: id.optional(),
      _meta: z.looseObject({ progressToken: id.optional() }).optional(),
      /** Of a call. */
      name: z.string().optional().catch(undefined),
      /** Of `initialize`. */
      protocolVersion: z.string().optional().catch(undefined),
      capabilities: z
        .looseObject({ elicitation: z.looseObject({}).optional() })
        .optional()
        .catch(undefined),
    })
    .optional()
    .catch(undefined),
});

/** The versions that the server supports: it must answer with the one it was asked for. */
const VERSIONS = new Set(['2024-11-05', '2025-03-26', '2025-06-18', '2025-11-25']);
/** Draft 2020-12 is MCP's default. Formats are hints for the model and not checked. */
const ajv = new Ajv2020({ strict: false, validateFormats: false });
const compiled = new Map<string, ValidateFunction>();

/** Compiled once, since the same schemas are listed many times and compiling takes milliseconds. */
function compile(schema: object): ValidateFunction {
  const text = JSON.stringify(schema);
  const validate = compiled.get(text) ?? ajv.compile(schema);
  compiled.set(text, validate);
  return validate;
}

export interface Referee {
  /** Takes note of a message to the server; ignores what is not one. */
  toServer(message: unknown): void;
  /** Fails the test if the message breaks a rule. */
  fromServer(message: unknown): void;
}

/** Checks the messages of one connection. */
export function createReferee(): Referee {
  interface Open {
    readonly method: string;
    readonly token: string | number | undefined;
    readonly tool: string | undefined;
    readonly version: string | undefined;
  }
  const open = new Map<string | number, Open>();
  const schemas = new Map<string, ValidateFunction>();
  let forms = false;
  let initialized = false;
  const cancelled = new Set<string | number>();
  const progress = new Map<string | number, number>();
  const questions = new Set<string | number>();
  const valid = <T>(schema: z.ZodType<T>, message: unknown): T => {
    const parsed = schema.safeParse(message);
    if (parsed.success) return parsed.data;
    expect(parsed.error.issues, JSON.stringify(message)).toEqual([]);
    throw parsed.error;
  };

  return {
    toServer(message) {
      const { data } = fromClient.safeParse(message);
      if (!data) return;
      const { method, params } = data;
      if (method === 'notifications/cancelled' && params?.requestId !== undefined) cancelled.add(params.requestId);
      if (data.id === undefined || method === undefined) return;
      const token = params?._meta?.progressToken;
      open.set(data.id, { method: String(method), token, tool: params?.name, version: params?.protocolVersion });
      if (method === 'initialize') {
        const { elicitation } = params?.capabilities ?? {};
        forms = elicitation !== undefined && ('form' in elicitation || !('url' in elicitation));
      }
      if (token !== undefined) progress.set(token, Number.NEGATIVE_INFINITY);
    },
    fromServer(message) {
      const { method } = valid(z.looseObject({ method: z.string().optional() }), message);
      if (method !== undefined) {
        const ours = valid(sent, message);
        switch (ours.method) {
          case 'elicitation/create':
            expect(forms, 'a question to a client that shows forms').toBe(true);
            expect(initialized, 'a question before the answer to initialize').toBe(true);
            expect(open.size, 'a question without a call').toBeGreaterThan(0);
            expect(questions, 'each id of the server is used once').not.toContain(ours.id);
            questions.add(ours.id);
            break;
          case 'notifications/progress': {
            const last = progress.get(ours.params.progressToken);
            expect(last, 'progress of a call that is open and asked for it').toBeDefined();
            expect(ours.params.progress).toBeGreaterThan(last ?? 0);
            progress.set(ours.params.progressToken, ours.params.progress);
            break;
          }
          case 'notifications/cancelled':
            expect(questions).toContain(ours.params.requestId);
        }
        return;
      }
      const { id, result, error } = valid(answer, message);
      expect([result, error].filter((part) => part !== undefined)).toHaveLength(1);
      const request = open.get(id);
      expect(request, `an answer to a request that is open: ${JSON.stringify(message)}`).toBeDefined();
      open.delete(id);
      if (request?.token !== undefined) progress.delete(request.token);
      expect(cancelled, 'no answer after a cancel').not.toContain(id);
      if (error !== undefined || !request) return;
      valid(RESULTS[request.method] ?? z.never(), result);
      if (request.method === 'initialize') {
        initialized = true;
        const { protocolVersion } = z.looseObject({ protocolVersion: z.string() }).parse(result);
        if (VERSIONS.has(request.version ?? '')) expect(protocolVersion).toBe(request.version);
      }
      if (request.method === 'tools/list') {
        for (const { name, outputSchema } of z.looseObject({ tools: z.array(tool) }).parse(result).tools)
          if (outputSchema) schemas.set(name, compile(outputSchema));
      }
      const conforms = request.method === 'tools/call' ? schemas.get(request.tool ?? '') : undefined;
      const { isError, structuredContent } = z
        .looseObject({ isError: z.boolean().optional(), structuredContent: z.unknown().optional() })
        .parse(result);
      if (conforms && isError !== true) {
        conforms(structuredContent);
        expect(conforms.errors ?? [], JSON.stringify(structuredContent)).toEqual([]);
      }
    },
  };
}

/** The same transport, with each message checked against the specification. */
export function refereed<T extends object>(transport: T): T {
  const referee = createReferee();
  return new Proxy(transport, {
    get(target, key) {
      const value: unknown = Reflect.get(target, key);
      // A client may construct a second transport to probe the server.
      if (typeof value !== 'function' || key === 'constructor') return value;
      return (...args: unknown[]) => {
        if (key === 'send') referee.toServer(args[0]);
        return Reflect.apply(value, target, args);
      };
    },
    set(target, key, value) {
      if (key !== 'onmessage' || typeof value !== 'function') return Reflect.set(target, key, value);
      return Reflect.set(target, key, (...args: unknown[]) => {
        referee.fromServer(args[0]);
        return Reflect.apply(value, undefined, args);
      });
    },
  });
}
