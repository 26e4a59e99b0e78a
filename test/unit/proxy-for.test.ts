import { describe, expect, it } from 'vitest';
import { proxyFor } from '../../src/settings/proxy-settings.ts';

const both = { httpProxy: 'http://plain.test:1', httpsProxy: 'http://tls.test:2' };

describe('which proxy serves a host', () => {
  it.each([
    ['https://a.test', both, 'HTTPS_PROXY'],
    ['http://a.test', both, 'HTTP_PROXY'],
    ['https://a.test', { httpProxy: both.httpProxy }, 'HTTP_PROXY'],
    ['http://a.test', { httpsProxy: both.httpsProxy }, undefined],
    ['https://a.test', {}, undefined],
    ['https://a.test', { ...both, noProxy: '*' }, undefined],
    ['https://a.test', { ...both, noProxy: 'b.test, A.TEST' }, undefined],
    ['https://a.test', { ...both, noProxy: 'a.test:443' }, undefined],
    ['https://a.test:8443', { ...both, noProxy: 'a.test:443' }, 'HTTPS_PROXY'],
    ['https://chat.a.test', { ...both, noProxy: 'a.test' }, undefined],
    ['https://chat.a.test', { ...both, noProxy: '.a.test' }, undefined],
    ['https://chat.a.test', { ...both, noProxy: '*.a.test' }, undefined],
    ['https://xa.test', { ...both, noProxy: 'a.test' }, 'HTTPS_PROXY'],
    ['https://a.test', { ...both, noProxy: ' , ' }, 'HTTPS_PROXY'],
    ['https://[2001:db8::1]', { ...both, noProxy: '[2001:db8::1]' }, undefined],
    ['https://[2001:db8::1]', { ...both, noProxy: '2001:db8::1' }, undefined],
    ['https://[2001:db8::1]', { ...both, noProxy: '::1, 2001:0DB8:0::1' }, undefined],
    ['https://[2001:db8::12]', { ...both, noProxy: '2001:db8::1' }, 'HTTPS_PROXY'],
  ])('%s with %j: %s', (origin, proxy, setting) => {
    expect(proxyFor(origin, false, proxy)?.setting).toBe(setting);
  });

  it('never one for this very machine', () => {
    expect(proxyFor('http://127.0.0.1:1', true, both)).toBeUndefined();
  });
});
