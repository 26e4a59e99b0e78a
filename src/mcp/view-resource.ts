import { ErrorCode } from '@modelcontextprotocol/sdk/types.js';
import * as z from 'zod';
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

/** @param args healed, as the page has to send them again for the next page of the list */
export function listView(
  { name, drawnAs }: Tool,
  args: unknown,
  tools: readonly Tool[],
  ways: Ways,
): ListView | undefined {
  if (drawnAs !== 'list' || !ways.views) return undefined;
  const { cursor: _cursor, ...rest } = z.record(z.string(), z.unknown()).parse(args);
  const isAsked = ways.step === 'ask_by_form' || ways.step === 'ask_by_click';
  return {
    kind: 'list',
    tool: name,
    args: rest,
    deletable: isAsked && tools.some((tool) => tool.name === 'delete_threads'),
  };
}

export const resourcesFor = ({ views }: Pick<Ways, 'views'>) => ({
  resources: views ? [{ uri: URI, name: 'agora-threads-view', title: 'Agora Chat threads', mimeType: VIEW_MIME }] : [],
});

const ofView = z.object({ uri: z.literal(URI) });

/** @param readPage called when the page is first asked for: a start reads no byte of it */
export async function readResource(params: unknown, { views }: Pick<Ways, 'views'>, readPage: () => Promise<string>) {
  if (!ofView.safeParse(params).success || !views) throw protocolError(RESOURCE_NOT_FOUND, 'Resource not found');
  const text = await readPage().catch(() => {
    throw protocolError(ErrorCode.InternalError, 'The page of the view cannot be read');
  });
  return { contents: [{ uri: URI, mimeType: VIEW_MIME, text, _meta: { ui: { prefersBorder: true } } }] };
}
