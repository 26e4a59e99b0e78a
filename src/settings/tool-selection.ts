/** Which tools the settings ask for. */
export interface ToolSelection {
  /** Are the two undocumented tools registered? */
  readonly undocumented: boolean;
  /** Is only a tool that reads registered? */
  readonly readOnly: boolean;
  /** The only tools to be registered; undefined for all. */
  readonly tools: readonly string[] | undefined;
}

/** What a tool does to the app: it reads, adds, overwrites or deletes. */
export type ToolKind = 'read' | 'create' | 'update' | 'delete';

/** What settings need to know of a tool. */
export interface ToolInfo {
  readonly name: string;
  readonly kind: ToolKind;
  /** Does the vendor document its call? */
  readonly documented: boolean;
}

/** Is the tool one of those that the settings ask for? */
export const isEnabled = (
  { name, kind, documented }: ToolInfo,
  { undocumented, readOnly, tools }: ToolSelection,
): boolean =>
  (documented || undocumented) && (!readOnly || kind === 'read') && (tools === undefined || tools.includes(name));
