import { ErrorCode } from '@modelcontextprotocol/sdk/types.js';
import * as z from 'zod';
import type { Language } from '../base/language.ts';
import { shownName } from '../present/thread-facts.ts';
import type { Tool } from '../toolkit/define-tool.ts';
import type { ListView } from '../toolkit/view-data.ts';
import { type Shows, type Step, VIEW_MIME } from '../toolkit/way-to-ask.ts';
import { protocolError } from './json-rpc.ts';

/** One page for all tools: what it draws depends on the result. */
const URI = 'ui://agora-threads/view.html';
/** Of MCP; the SDK has no name for it. */
const RESOURCE_NOT_FOUND = -32_002;

/** How a person is asked in this session, and whether its client draws views. */
export interface Ways extends Pick<Shows, 'views'> {
  readonly step: Step;
}

const asksByClick = ({ step }: Ways): boolean => step === 'ask_by_click';

/** Is the tool listed for this client? One that only a view may call is where a click decides on anything. */
export const isListed = ({ appOnly }: Tool, tools: readonly Tool[], ways: Ways): boolean =>
  !appOnly || (asksByClick(ways) && tools.some(({ kind }) => kind === 'delete'));

/** The `_meta` of a listed tool: for a client that draws no views exactly what it was without them. */
export function toolMeta({ meta, kind, drawnAs, appOnly }: Tool, ways: Ways): Tool['meta'] {
  if (appOnly) return { ui: { visibility: ['app'] } };
  const isDrawn = drawnAs === 'list' ? ways.views : kind === 'delete' && asksByClick(ways);
  // Older hosts know only the second key.
  return isDrawn ? { ...meta, ui: { resourceUri: URI }, 'ui/resourceUri': URI } : meta;
}

/** Of a list of threads, what names their groups. */
const inGroups = z.object({
  threads: z.array(z.object({ group_id: z.string().optional() })).catch([]),
  shared: z.object({ group_id: z.string().optional() }).optional(),
});

/**
 * @param args healed, as the page has to send them again for the next page of the list
 * @param groupName the name of a group, where memory has it
 */
export function listView(
  { name, drawnAs }: Tool,
  args: unknown,
  structured: unknown,
  tools: readonly Tool[],
  ways: Ways,
  groupName: (id: string) => string | undefined,
): ListView | undefined {
  if (drawnAs !== 'list' || !ways.views) return undefined;
  const { cursor: _cursor, ...rest } = z.record(z.string(), z.unknown()).parse(args);
  const { threads, shared } = inGroups.parse(structured);
  const ids = new Set([...threads, ...(shared ? [shared] : [])].flatMap(({ group_id }) => group_id ?? []));
  const named = [...ids].flatMap((id) => {
    const groupsName = groupName(id);
    return groupsName === undefined ? [] : [[id, shownName(groupsName)] as const];
  });
  const isAsked = ways.step === 'ask_by_form' || ways.step === 'ask_by_click';
  return {
    kind: 'list',
    tool: name,
    args: rest,
    deletable: isAsked && tools.some((tool) => tool.name === 'delete_threads'),
    groups: Object.fromEntries(named),
  };
}

export const resourcesFor = ({ views }: Pick<Ways, 'views'>) => ({
  resources: views ? [{ uri: URI, name: 'agora-threads-view', title: 'Agora Chat threads', mimeType: VIEW_MIME }] : [],
});

const ofView = z.object({ uri: z.literal(URI) });

/**
 * @param readPage called when the page is first asked for: a start reads no byte of it
 * @param language of the operator's choice; by default the page speaks as its host does
 */
export async function readResource(
  params: unknown,
  { views }: Pick<Ways, 'views'>,
  readPage: () => Promise<string>,
  language: Language,
) {
  if (!ofView.safeParse(params).success || !views) throw protocolError(RESOURCE_NOT_FOUND, 'Resource not found');
  const page = await readPage().catch(() => {
    throw protocolError(ErrorCode.InternalError, 'The page of the view cannot be read');
  });
  const text = language === 'zh' ? page.replace('lang="en"', 'lang="zh-CN"') : page;
  return { contents: [{ uri: URI, mimeType: VIEW_MIME, text, _meta: { ui: { prefersBorder: true } } }] };
}
