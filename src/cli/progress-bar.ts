import type { Progress } from '../mcp/tool-client.ts';

const WIDTH = 24;
const CLEAR = '\r\u001b[2K';

/** One line on a terminal, redrawn with each progress. */
export function createProgressBar(write: (text: string) => void) {
  let drawn = false;
  let paused = false;
  return {
    show({ progress, total, message = '' }: Progress): void {
      if (paused) return;
      drawn = true;
      write(`${CLEAR}${barText(progress, total)} ${message}`);
    },
    /** Clears it for a question, and shows nothing until `resume`. */
    pause(): void {
      paused = true;
      if (drawn) write(CLEAR);
      drawn = false;
    },
    resume(): void {
      paused = false;
    },
  };
}

/** Full at `total`. A walk may end long before its limit, so a full bar is not promised. */
function barText(progress: number, total: number | undefined): string {
  if (total === undefined || total <= 0) return '·'.repeat(WIDTH);
  const share = Math.min(1, progress / total);
  const full = Math.round(share * WIDTH);
  return `${'━'.repeat(full)}${'·'.repeat(WIDTH - full)} ${String(Math.floor(share * 100)).padStart(3)}%`;
}
