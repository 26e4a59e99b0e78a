import { fileURLToPath } from 'node:url';

/** The page as it is built. */
export const VIEW_FILE = fileURLToPath(new URL('../../dist/view.html', import.meta.url));
