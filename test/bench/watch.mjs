// Loaded into the server before its own code (node --import): records every connection and name look-up of the process,
// whichever library makes it, and reports them when the parent process asks.
import dns from 'node:dns';
import { readdir } from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import net from 'node:net';

const LOOPBACK = /^(127(\.\d+){3}|::1|localhost)$/;
/** @type {string[]} */
const outside = [];
/** @type {string[]} */
const warnings = [];

/** @param {unknown} host */
function note(host) {
  if (!LOOPBACK.test(String(host))) outside.push(String(host));
}

const { connect } = net.Socket.prototype;
/** @this {net.Socket} @param {any[]} args */
net.Socket.prototype.connect = function (...args) {
  // Node's own callers pass all arguments as one array.
  const [to, host] = Array.isArray(args[0]) ? args[0] : args;
  if (typeof to !== 'object' || to === null) note(host ?? 'localhost');
  else if (to.path === undefined || to.path === null) note(to.host ?? 'localhost');
  return Reflect.apply(connect, this, args);
};

/** The functions of node:dns that ask a server. */
const ASKING = /^(lookup|resolve|reverse)/;
for (const home of [dns, dns.promises, dns.Resolver.prototype, dns.promises.Resolver.prototype]) {
  for (const name of Object.getOwnPropertyNames(home)) {
    const ask = Reflect.get(home, name);
    if (!ASKING.test(name) || typeof ask !== 'function') continue;
    /** @this {unknown} @param {any[]} args */
    const noting = function (...args) {
      note(args[0]);
      return Reflect.apply(ask, this, args);
    };
    Reflect.set(home, name, noting);
  }
}
syncBuiltinESMExports();

process.on('warning', ({ name, message }) => warnings.push(`${name}: ${message}`));

const collected = async () => {
  // Twice: the second collection frees what the first one finalised.
  for (let round = 0; round < 2; round++) {
    globalThis.gc?.();
    await new Promise((resolve) => setImmediate(resolve));
  }
  return process.memoryUsage();
};

process.on('message', async () => {
  const { heapUsed, rss } = await collected();
  /** @type {Record<string, number>} */
  const handles = {};
  for (const kind of process.getActiveResourcesInfo()) handles[kind] = (handles[kind] ?? 0) + 1;
  // Idle sockets are not counted there, but Linux lists their descriptors.
  const descriptors = (await readdir('/proc/self/fd').catch(() => [])).length;
  process.send?.({ heap: heapUsed, rss, handles: { ...handles, descriptors }, outside, warnings });
});
// The channel to the parent must not keep the process alive.
process.channel?.unref();
