import * as z from 'zod';
import type { ConfirmMode } from '../settings/schema.ts';

/** What happens next, before anything is lost. */
export type Step = 'ask_by_form' | 'ask_by_click' | 'hand_out_code' | 'refuse';

/** What the client at hand can show to a person, by what it declared. */
export interface Shows {
  readonly forms: boolean;
  readonly views: boolean;
}

/**
 * The one decision before anything is lost. A client that shows forms is asked by form, one that draws views by a click,
 * so that a model alone cannot pass; otherwise a code is handed out, unless only a person may confirm.
 *
 * @param mode the operator's setting
 */
export function nextStep(mode: ConfirmMode, { forms, views }: Shows): Step {
  if (mode === 'code') return 'hand_out_code';
  if (forms) return 'ask_by_form';
  if (views) return 'ask_by_click';
  return mode === 'auto' ? 'hand_out_code' : 'refuse';
}

/** Without `form` and `url` an `elicitation` means forms (MCP 2025-11-25). */
const declaresForms = z.object({
  elicitation: z.object({ form: z.unknown().optional(), url: z.unknown().optional() }),
});

/** MCP Apps 2026-01-26. */
export const VIEWS = 'io.modelcontextprotocol/ui';
export const VIEW_MIME = 'text/html;profile=mcp-app';
const declaresViews = z.object({
  extensions: z.object({
    [VIEWS]: z.object({ mimeTypes: z.array(z.unknown()).refine((types) => types.includes(VIEW_MIME)) }),
  }),
});

/** @param capabilities as the client declared them; undefined before it has */
export function readShows(capabilities: unknown): Shows {
  return { forms: showsForms(capabilities), views: declaresViews.safeParse(capabilities).success };
}

function showsForms(capabilities: unknown): boolean {
  const parsed = declaresForms.safeParse(capabilities);
  if (!parsed.success) return false;
  const { form, url } = parsed.data.elicitation;
  return form !== undefined ? form !== null : url === undefined;
}
