import * as z from 'zod';

/** What the healing needs to know of a tool's input schema. */
const inputSchema = z.looseObject({
  properties: z.record(z.string(), z.looseObject({ type: z.string().optional() })),
  required: z.array(z.string()).optional(),
});

const record = z.record(z.string(), z.unknown());

/** Hosts add these to a call: Gemini CLI the first, agent frameworks and n8n the others. */
const ADDED_BY_HOSTS = new Set(['wait_for_previous', 'toolCallId', 'sessionId', '_meta']);
/** n8n sends these beside the others; by themselves they could be meant. */
const ADDED_BESIDE_THEM = new Set(['action', 'chatInput', 'tool']);

/** Ids, codes and cursors have no outer blanks; names may. */
const WITHOUT_OUTER_BLANKS = /(?:_ids?|^cursor|_code|^usernames?|^members|^owner)$/;

const isLeftOut = (value: unknown): boolean => value === null || value === '';

/** JSON text of a list, as some models write it; undefined for anything else. */
function listIn(text: string): unknown[] | undefined {
  if (!text.trim().startsWith('[')) return undefined;
  try {
    return z.array(z.unknown()).safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

const trimmed = (value: unknown): unknown => (typeof value === 'string' ? value.trim() : value);

/** A value in the type that its argument has, where only one meaning is possible. */
function healValue(name: string, plain: unknown, type: string | undefined): unknown {
  switch (type) {
    case 'array': {
      const items = typeof plain === 'string' ? (listIn(plain) ?? [plain]) : plain;
      if (!Array.isArray(items)) return typeof items === 'number' ? [items] : items;
      return WITHOUT_OUTER_BLANKS.test(name) ? items.map(trimmed) : items;
    }
    case 'integer':
      return typeof plain === 'string' && /^\s*\d{1,9}\s*$/.test(plain) ? Number(plain) : plain;
    default:
      return plain;
  }
}

/**
 * Arguments as the model meant them, where hosts and models are known to write them in another way. Whatever could mean
 * two things stays as it is, for the schema to refuse.
 *
 * @param schema the JSON Schema of the tool's input
 */
export function healArguments(args: unknown, schema: unknown): unknown {
  const given = record.safeParse(args);
  const known = inputSchema.safeParse(schema);
  if (!given.success || !known.success) return args;
  const { properties, required = [] } = known.data;
  const keys = Object.keys(given.data);
  const dropped = keys.some((key) => ADDED_BY_HOSTS.has(key))
    ? new Set([...ADDED_BY_HOSTS, ...ADDED_BESIDE_THEM])
    : ADDED_BY_HOSTS;

  const healed: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(given.data)) {
    if (!Object.hasOwn(properties, key) && dropped.has(key)) continue;
    // One thread for a list of them; with both nobody could tell which is meant.
    const name = key === 'thread_id' && 'thread_ids' in properties && !keys.includes('thread_ids') ? 'thread_ids' : key;
    const plain = WITHOUT_OUTER_BLANKS.test(name) ? trimmed(value) : value;
    if (isLeftOut(plain) && Object.hasOwn(properties, name) && !required.includes(name)) continue;
    healed[name] = healValue(name, plain, properties[name]?.type);
  }
  return healed;
}
