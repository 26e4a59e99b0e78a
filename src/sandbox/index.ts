// What the rest of the house uses of the sandbox, and the entry of its chunk: a server of a real app never reads it.
export { type Fault, FaultsError, parseFaults } from './faults.ts';
export { startSandbox } from './http-server.ts';
