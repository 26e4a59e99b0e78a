import type { Child } from './elements.ts';
import type { Fields } from './read-json.ts';
import type { ToolResult } from './tool-result.ts';
import type { Words } from './words.ts';

/** Returns to a list. What the structure of an outcome says is gone is dropped from it. */
export type Back = (outcome: Fields) => void;

/** What the parts of the page need of the host and of each other. */
export interface Page {
  readonly words: Words;
  /** Does the host let the page call tools? */
  readonly callsTools: boolean;
  /** Rejects where the host could not make the call, or gave it up. */
  call(tool: string, args: Fields): Promise<ToolResult>;
  /** Tells the model what came of something that the user did here, where the host can do that. */
  tellModel(result: ToolResult): void;
  /** Replaces what is drawn. A user who is in the page is taken to the new heading. */
  show(...content: readonly Child[]): void;
  /** @param back to the list from which the result was asked for */
  draw(result: ToolResult, back?: Back): void;
}
