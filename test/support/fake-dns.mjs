// Loaded into a child process with --import, so that no test asks a DNS server: `*.test` is this machine, `localhost`
// and addresses are looked up as usual, and no other name exists.
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

// The lookup that net.connect() uses by default and that `import { lookup }` returns.
Reflect.set(dns, 'lookup', lookup);
syncBuiltinESMExports();
