import * as z from 'zod';

/**
 * Imported before the schemas of the settings and the protocol are made: zod then compiles no function for each of
 * them, which would cost a start more than it saves on a few messages. Those of the tools, which read 50 rows a page,
 * are compiled: tools/built.ts turns it on again.
 */
z.config({ jitless: true });
