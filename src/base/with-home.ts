import { homedir } from 'node:os';

/** A path with the user's home in place of a leading `~`, which no shell has expanded in a file of settings. */
export const withHome = (path: string): string => path.replace(/^~(?=[\\/]|$)/, () => homedir());
