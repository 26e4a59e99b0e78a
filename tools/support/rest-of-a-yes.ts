import { type AgoraError, isOutOfTime } from '../../src/agora/errors.ts';
import type { ConfirmedContext } from '../../src/toolkit/define-deletion.ts';
import type { Target } from '../../src/toolkit/targets.ts';
import type { CodeFields } from '../../src/toolkit/unconfirmed.ts';

/** Had the call no time for it, so that nothing was sent? The same yes still covers it then. */
export const isUntried = (error: AgoraError): boolean => isOutOfTime(error) || error.code === 'local_rate_limit';

/**
 * What a yes could not do in its call: a code with which the same yes counts for exactly that in the next one, and how
 * to use it. Undefined where nothing is left.
 */
export function carriedOn(
  tool: string,
  args: Readonly<Record<string, readonly string[]>>,
  targets: readonly Target[],
  { carryOn, time }: ConfirmedContext,
): { readonly fields?: CodeFields; readonly words: string } | undefined {
  if (targets.length === 0) return undefined;
  // No code outlives the process.
  if (time.ending?.aborted) {
    return {
      words:
        'The server is ending, so the rest was not tried. Call again in a moment, and the user will be asked about it.',
    };
  }
  const fields = carryOn(args, targets);
  const { confirmation_code: code, expires_at: ends } = fields;
  const given = Object.entries(args).map(([name, values]) => `${name} ${JSON.stringify(values)}`);
  return {
    fields,
    words: `This call had no time for the rest, and the same yes covers it: call ${tool} with ${given.join(', ')} and confirmation_code ${code} before ${ends}.`,
  };
}
