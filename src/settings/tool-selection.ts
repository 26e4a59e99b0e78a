import type { SettingName } from './schema.ts';

/** Which tools the settings ask for. */
export interface ToolSelection {
  /** Are the two undocumented tools registered? */
  readonly undocumented: boolean;
  /** Is only a tool that reads registered? */
  readonly readOnly: boolean;
  /** The only tools to register; undefined for all. */
  readonly tools: readonly string[] | undefined;
}

/** The settings that leave tools out. */
export const selectedBy = ({ readOnly, tools }: Pick<ToolSelection, 'readOnly' | 'tools'>): SettingName[] => [
  ...(readOnly ? (['AGORA_THREADS_READ_ONLY'] as const) : []),
  ...(tools ? (['AGORA_THREADS_TOOLS'] as const) : []),
];

/** What a tool does to the app: it reads, adds, overwrites or deletes. */
export type ToolKind = 'read' | 'create' | 'update' | 'delete';

/** What the settings need to know about a tool. */
export interface ToolInfo {
  readonly name: string;
  readonly kind: ToolKind;
  /** Does the vendor document the call that it makes? */
  readonly documented: boolean;
}

export const isEnabled = (
  { name, kind, documented }: ToolInfo,
  { undocumented, readOnly, tools }: ToolSelection,
): boolean =>
  (documented || undocumented) && (!readOnly || kind === 'read') && (tools === undefined || tools.includes(name));
