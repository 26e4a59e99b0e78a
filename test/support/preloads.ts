const file = (name: string): string => `--import=${new URL(name, import.meta.url).href}`;

/** Values of NODE_OPTIONS that change the machine around a child process. */
export const FAKE_DNS = file('./fake-dns.mjs');
export const NO_NETWORK = file('./no-network.mjs');
export const NO_LISTENING = file('./no-listening.mjs');
/** stdout is a terminal of 80 columns, for a program that only asks whether it is one. */
export const EIGHTY_COLUMNS = '--import=data:text/javascript,Object.assign(process.stdout,{isTTY:true,columns:80})';

/** Options for Node: a wait of more than so many milliseconds never ends. */
export const noWaitOver = (ms: number): string[] => [`${file('./no-long-waits.mjs')}?ms=${ms}`];

/**
 * For a server whose input ends with its last request: however slow the machine is, it answers before it ends. That it
 * waits half a second and no longer is tested by its clock.
 */
export const NO_HURRY = { NODE_OPTIONS: noWaitOver(499).join(' ') };
