import * as z from 'zod';

/**
 * Import this before any schema of the settings or the protocol is made. Zod then does not compile a function for each
 * of them: at a start that costs more than it saves on a few messages. src/app/load-later.ts turns compiling on
 * again for the tools, which read pages of 50 rows.
 */
z.config({ jitless: true });
