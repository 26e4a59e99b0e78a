const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\]|::1)$/;

/** Is it a name or an address of this machine, which nobody else can reach? An IPv6 address may be in brackets. */
export const isLoopback = (host: string): boolean => LOOPBACK.test(host);
