// Loaded into a process with --import: nothing may listen in it, as where a container denies loopback.
import { Server } from 'node:net';

/** @this {Server} */
function listen() {
  const error = new Error('listen EADDRNOTAVAIL: address not available 127.0.0.1');
  process.nextTick(() => this.emit('error', Object.assign(error, { code: 'EADDRNOTAVAIL' })));
  return this;
}
Reflect.set(Server.prototype, 'listen', listen);
