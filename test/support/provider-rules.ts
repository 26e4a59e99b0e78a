import * as z from 'zod';

/*
 * What model providers publish about the schemas of tools, as checks of one tool. Each gives its faults in words, so
 * that a failing test names the tool, the place and the rule.
 */

const schemaOf: z.ZodType<Schema> = z.lazy(() =>
  z.looseObject({
    type: z.union([z.string(), z.array(z.string())]).optional(),
    properties: z.record(z.string(), schemaOf).optional(),
    items: schemaOf.optional(),
    anyOf: z.array(schemaOf).optional(),
    required: z.array(z.string()).optional(),
    enum: z.array(z.unknown()).optional(),
    pattern: z.string().optional(),
    additionalProperties: z.unknown().optional(),
  }),
);

export interface Schema {
  readonly [keyword: string]: unknown;
  readonly type?: string | string[] | undefined;
  readonly properties?: Record<string, Schema> | undefined;
  readonly items?: Schema | undefined;
  readonly anyOf?: Schema[] | undefined;
  readonly required?: string[] | undefined;
  readonly enum?: unknown[] | undefined;
  readonly pattern?: string | undefined;
  readonly additionalProperties?: unknown;
}

export interface ListedTool {
  readonly name: string;
  readonly description: string;
  readonly inputSchema: Schema;
}

export const listedTool: z.ZodType<ListedTool> = z.object({
  name: z.string(),
  description: z.string(),
  inputSchema: schemaOf,
});

/** A schema within another: its path, and how deep it lies; the whole one is at depth 1. */
interface Place {
  readonly path: string;
  readonly depth: number;
  readonly schema: Schema;
}

function placesOf(schema: Schema, path = '', depth = 1): Place[] {
  const { properties = {}, items, anyOf = [] } = schema;
  return [
    { path, depth, schema },
    ...Object.entries(properties).flatMap(([name, one]) => placesOf(one, `${path}/${name}`, depth + 1)),
    ...(items === undefined ? [] : placesOf(items, `${path}/*`, depth + 1)),
    // A choice is at the same depth as what it chooses from.
    ...anyOf.flatMap((one, index) => placesOf(one, `${path}|${index}`, depth)),
  ];
}

/** Keywords that are not among the allowed ones. */
const foreign = (schema: Schema, allowed: readonly string[]): string[] =>
  placesOf(schema).flatMap(({ path, schema: one }) =>
    Object.keys(one)
      .filter((keyword) => !allowed.includes(keyword))
      .map((keyword) => `${path || '/'} has ${keyword}`),
  );

const sum = (numbers: readonly number[]): number => numbers.reduce((total, one) => total + one, 0);

/** "Function calling" and "Structured outputs" of the OpenAI platform; keywords that strict mode takes. */
const OPENAI_STRICT = [
  ...['type', 'description', 'properties', 'required', 'additionalProperties', 'items', 'enum', 'anyOf', 'pattern'],
  ...['minimum', 'maximum', 'minItems', 'maxItems'],
];

/**
 * As the libraries of OpenAI make a schema strict: every argument is required, and one that was optional may be null.
 */
export function strictForOpenai(schema: Schema): Schema {
  const { properties, required = [], items } = schema;
  if (items !== undefined) return { ...schema, items: strictForOpenai(items) };
  if (properties === undefined) return schema;
  const all = Object.entries(properties).map(([name, one]) => {
    const strict = strictForOpenai(one);
    return [name, required.includes(name) ? strict : { anyOf: [strict, { type: 'null' }] }] as const;
  });
  return {
    ...schema,
    properties: Object.fromEntries(all),
    required: Object.keys(properties),
    additionalProperties: false,
  };
}

export function openaiFaults({ name, description, inputSchema }: ListedTool): string[] {
  const strict = strictForOpenai(inputSchema);
  const places = placesOf(strict);
  const objects = places.filter(({ schema }) => schema.properties !== undefined);
  const properties = objects.flatMap(({ schema }) => Object.keys(schema.properties ?? {}));
  const words = places.flatMap(({ schema }) => schema.enum ?? []);
  return [
    ...(/^[a-zA-Z0-9_-]{1,64}$/.test(name) ? [] : ['the name']),
    ...(description.length <= 1_024 ? [] : [`a description of ${description.length} characters`]),
    ...(inputSchema.type === 'object' && inputSchema.anyOf === undefined ? [] : ['the root is no object']),
    ...foreign(strict, OPENAI_STRICT),
    ...objects.flatMap(({ path, schema }) =>
      schema.additionalProperties === false && schema.required?.length === Object.keys(schema.properties ?? {}).length
        ? []
        : [`${path} is not closed`],
    ),
    ...(properties.length <= 5_000 ? [] : [`${properties.length} properties`]),
    ...places.filter(({ depth }) => depth > 10).map(({ path }) => `${path} is deeper than 10 levels`),
    ...(words.length <= 1_000 ? [] : [`${words.length} values of enums`]),
    ...(sum([...properties, ...words.map(String)].map(({ length }) => length)) <= 120_000 ? [] : ['too much text']),
  ];
}

/** The `Schema` object of the Gemini API, and the keywords of `parametersJsonSchema` beside it. */
const GEMINI = [
  ...['type', 'format', 'title', 'description', 'nullable', 'enum', 'maxItems', 'minItems', 'properties', 'required'],
  ...['minProperties', 'maxProperties', 'minLength', 'maxLength', 'pattern', 'example', 'anyOf', 'propertyOrdering'],
  ...['default', 'items', 'minimum', 'maximum', 'additionalProperties'],
];

export function geminiFaults({ name, inputSchema }: ListedTool): string[] {
  return [
    ...(/^[a-zA-Z_][a-zA-Z0-9_.:-]{0,63}$/.test(name) ? [] : ['the name']),
    ...foreign(inputSchema, GEMINI),
    ...placesOf(inputSchema).flatMap(({ path, schema }) => [
      // `Type` is one word, and an enum is of texts.
      ...(typeof schema.type === 'string' ? [] : [`${path || '/'} has not one type`]),
      ...((schema.enum ?? []).every((word) => typeof word === 'string') ? [] : [`${path} has an enum of other things`]),
      ...(schema.type !== 'array' || schema.items !== undefined ? [] : [`${path} has no items`]),
      ...(schema.required ?? [])
        .filter((one) => !Object.hasOwn(schema.properties ?? {}, one))
        .map((one) => `${path}/${one} is required and not there`),
    ]),
  ];
}

/** "Define tools" of the Claude platform: JSON Schema 2020-12 without a choice at the root. */
export function anthropicFaults({ name, inputSchema }: ListedTool): string[] {
  return [
    ...(/^[a-zA-Z0-9_-]{1,64}$/.test(name) ? [] : ['the name']),
    ...(inputSchema.type === 'object' ? [] : ['the root is no object']),
    ...['anyOf', 'oneOf', 'allOf', 'not', 'if']
      .filter((keyword) => Object.hasOwn(inputSchema, keyword))
      .map((keyword) => `the root has ${keyword}`),
    ...placesOf(inputSchema)
      .flatMap(({ schema }) => Object.keys(schema.properties ?? {}))
      .filter((property) => !/^[a-zA-Z0-9_.-]{1,64}$/.test(property))
      .map((property) => `the argument ${property}`),
  ];
}

/** grammars/README.md and json-schema-to-grammar.cpp of llama.cpp; from 2,000 repetitions on it refuses a grammar. */
const LLAMA = [
  ...['type', 'description', 'properties', 'required', 'additionalProperties', 'items', 'enum', 'const', 'pattern'],
  ...['minLength', 'maxLength', 'minItems', 'maxItems', 'minimum', 'maximum', 'default', 'anyOf', 'oneOf', '$ref'],
];
const MOST_REPETITIONS = 2_000;

export function llamaFaults({ inputSchema }: ListedTool): string[] {
  const bounds = ['minLength', 'maxLength', 'minItems', 'maxItems'];
  return [
    ...foreign(inputSchema, LLAMA),
    ...placesOf(inputSchema).flatMap(({ path, schema }) => {
      const { pattern = '^$' } = schema;
      const counts = [...pattern.matchAll(/\{(\d+)(?:,(\d*))?\}/g)].flatMap(([, from, to]) => [from, to]);
      const repeated = [...counts, ...bounds.map((bound) => schema[bound])].map(Number);
      return [
        ...(pattern.startsWith('^') && pattern.endsWith('$') ? [] : [`${path} has a pattern without ends`]),
        // What the converter does not parse: look-around, classes by property, back references.
        ...(/\(\?|\\[pPkbB1-9]/.test(pattern) ? [`${path} has a pattern that is not converted`] : []),
        ...(repeated.some((count) => count >= MOST_REPETITIONS) ? [`${path} repeats too often`] : []),
        // Only whole numbers may have bounds.
        ...((Object.hasOwn(schema, 'minimum') || Object.hasOwn(schema, 'maximum')) && schema.type !== 'integer'
          ? [`${path} has bounds, and is no integer`]
          : []),
      ];
    }),
  ];
}
