// Loaded into a child process by --import: names are looked up here and nowhere else, so no test asks a DNS server.
// `*.test` is this machine, `localhost` and addresses stay what they are, and no other name exists.
import dns from 'node:dns';
import { syncBuiltinESMExports } from 'node:module';

const real = dns.lookup;

/** @type {(name: string, ...rest: unknown[]) => unknown} */
const lookup = (name, ...rest) => {
  if (name === 'localhost' || /^[\d.]+$|:/.test(name)) return Reflect.apply(real, dns, [name, ...rest]);
  if (name.endsWith('.test')) return Reflect.apply(real, dns, ['127.0.0.1', ...rest]);
  const error = Object.assign(new Error(`getaddrinfo ENOTFOUND ${name}`), { code: 'ENOTFOUND', hostname: name });
  const callback = rest.at(-1);
  if (typeof callback === 'function') process.nextTick(callback, error);
  return {};
};

// What net.connect() uses where it is given no lookup of its own, and what `import { lookup }` gives.
Reflect.set(dns, 'lookup', lookup);
syncBuiltinESMExports();
