import type { Progress } from '../mcp/tool-client.ts';

const WIDTH = 24;
const CLEAR = '\r\u001b[2K';

export interface ProgressBar {
  readonly show: (progress: Progress) => void;
  /** Clears it for a question, and shows nothing until `resume`. */
  readonly pause: () => void;
  readonly resume: () => void;
}

/** One line on a terminal, redrawn with each progress. */
export function createProgressBar(write: (text: string) => void): ProgressBar {
  let drawn = false;
  let paused = false;
  return {
    show({ progress, total, message = '' }) {
      if (paused) return;
      drawn = true;
      write(`${CLEAR}${barText(progress, total)} ${message}`);
    },
    pause() {
      paused = true;
      if (drawn) write(CLEAR);
      drawn = false;
    },
    resume() {
      paused = false;
    },
  };
}

/** Full at `total`. A walk may end long before its limit, so a full bar is not promised. */
export function barText(progress: number, total: number | undefined): string {
  if (total === undefined || total <= 0) return '·'.repeat(WIDTH);
  const full = Math.round(Math.min(1, progress / total) * WIDTH);
  return `${'━'.repeat(full)}${'·'.repeat(WIDTH - full)} ${String(Math.floor(Math.min(1, progress / total) * 100)).padStart(3)}%`;
}
