import { visible } from './escape.ts';
import { redact } from './redact.ts';

export const LOG_LEVELS = ['silent', 'error', 'warn', 'info', 'debug'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];
export type Log = Record<Exclude<LogLevel, 'silent'>, (message: string) => void>;

/**
 * Log lines for the operator. They go to stderr alone, since stdout belongs to the protocol; each is one line,
 * with secrets taken out and anything invisible made visible.
 *
 * @param level the least serious level that is written
 * @param write where a finished line goes
 */
export function createLog(level: LogLevel, write: (line: string) => void): Log {
  const bound = LOG_LEVELS.indexOf(level);
  const at = (name: LogLevel) => (message: string) => {
    if (LOG_LEVELS.indexOf(name) <= bound) write(`agora-threads-mcp ${name}: ${visible(redact(message), 2_000)}\n`);
  };
  return { error: at('error'), warn: at('warn'), info: at('info'), debug: at('debug') };
}
