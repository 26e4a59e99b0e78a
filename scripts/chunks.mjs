// Parts of the server in files of their own, bundled apart: most starts do not need them, and so do not read them.

/** The entry of each by its name in `dist/`, without `.js`. It is imported with `import()` only. */
export const CHUNKS = {
  // Its own program: only a server without an app starts it.
  sandbox: 'src/sandbox/index.ts',
  // Only a server that shares its rate limit speaks to Redis.
  redis: 'src/redis/quota-store.ts',
  // No request is sent before the first call.
  undici: 'src/agora/undici.ts',
  // Only a server for a team speaks HTTP to its clients.
  http: 'src/http/team-server.ts',
};

/** The files in `dist/` beside `main.js`. */
export const CHUNK_FILES = Object.keys(CHUNKS).map((name) => `${name}.js`);
