/**
 * A path with the user's home in place of a leading `~`, which no shell has expanded in a file of settings. node:os is
 * loaded only then: no other start needs it.
 */
export const withHome = (path: string): string =>
  path.replace(/^~(?=[\\/]|$)/, () => process.getBuiltinModule('node:os').homedir());
