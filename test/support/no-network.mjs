// Loaded into a process with --import: it reaches nothing, not even this machine, as in a network namespace whose
// loopback is down. The demo hands its child few variables of the environment, so children load this file, too.
import childProcess from 'node:child_process';
import { syncBuiltinESMExports } from 'node:module';
import { Socket } from 'node:net';

const { spawn } = childProcess;

/** @type {(command: string, args: readonly string[], options: import('node:child_process').SpawnOptions) => unknown} */
const spawnAlike = (command, args, options) => spawn(command, ['--import', import.meta.url, ...args], options);
Reflect.set(childProcess, 'spawn', spawnAlike);
syncBuiltinESMExports();

/** @this {Socket} */
function connect() {
  return this.destroy(Object.assign(new Error('connect ENETUNREACH'), { code: 'ENETUNREACH', syscall: 'connect' }));
}
Reflect.set(Socket.prototype, 'connect', connect);
