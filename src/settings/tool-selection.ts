/** What the settings say of which tools there are to be. */
export interface ToolSelection {
  /** Are the two undocumented tools registered? */
  readonly undocumented: boolean;
  /** Are only the tools that read registered? */
  readonly readOnly: boolean;
  /** The only tools to be registered; undefined for all. */
  readonly tools: readonly string[] | undefined;
}

/** What settings need to know of a tool. */
export interface ToolInfo {
  readonly name: string;
  readonly kind: string;
  /** Does the vendor document its call? */
  readonly documented: boolean;
}

/** Is the tool one of those that the settings ask for? */
export const isEnabled = (
  { name, kind, documented }: ToolInfo,
  { undocumented, readOnly, tools }: ToolSelection,
): boolean =>
  (documented || undocumented) && (!readOnly || kind === 'read') && (tools === undefined || tools.includes(name));
