import manifest from '../../package.json' with { type: 'json' };

/** The version of the package, as `MAJOR.MINOR.PATCH`. */
export const version: string = manifest.version;
