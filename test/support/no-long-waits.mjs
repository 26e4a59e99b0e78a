// Loaded into a process with --import, with the query `ms=N`: a wait of more than N milliseconds never ends in it. What
// it does all the same it does within that time by its own clock, however slow the machine is.
const most = Number(new URL(import.meta.url).searchParams.get('ms'));
const NEVER_MS = 2 ** 31 - 1;

const { setTimeout } = globalThis;
/** @type {(action: (...args: unknown[]) => void, ms?: number, ...args: unknown[]) => NodeJS.Timeout} */
const limited = (action, ms = 0, ...args) => setTimeout(action, ms > most ? NEVER_MS : ms, ...args);
Reflect.set(globalThis, 'setTimeout', limited);
