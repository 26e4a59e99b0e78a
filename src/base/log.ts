import { visible } from './escape.ts';

export const LOG_LEVELS = ['silent', 'error', 'warn', 'info', 'debug'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];
export type Log = Record<Exclude<LogLevel, 'silent'>, (message: string) => void>;

/**
 * Log lines for the operator: one line each, without secrets and with anything invisible escaped.
 *
 * @param level this level and the more serious ones are written
 * @param write takes a finished line, with its line break
 */
export function createLog(level: LogLevel, write: (line: string) => void): Log {
  const bound = LOG_LEVELS.indexOf(level);
  const at = (name: LogLevel) => (message: string) => {
    if (LOG_LEVELS.indexOf(name) <= bound) write(`agora-threads-mcp ${name}: ${visible(message, 2_000)}\n`);
  };
  return { error: at('error'), warn: at('warn'), info: at('info'), debug: at('debug') };
}
