import { describe, expect, it } from 'vitest';
import { type VendorAnswer, vendorError } from '../../src/agora/vendor-errors.ts';

describe('an error of the service', () => {
  it.each<[string, VendorAnswer]>([
    ['too_many_users', { status: 400, description: 'request body reaches limit.' }],
    // The numbers of the web SDKs alone, where a newer server says no more.
    ['thread_exists', { status: 400, number: 40002 }],
    ['thread_exists', { status: 403, number: 40003 }],
    ['thread_exists', { status: 403, number: 40004 }],
    ['threads_not_enabled', { status: 403, number: 40000 }],
    ['user_thread_limit', { status: 403, number: 40005 }],
    ['user_thread_limit', { status: 403, number: 40007 }],
    ['user_not_in_group', { status: 404, number: 20004 }],
    ['user_not_in_group', { status: 404, number: 60003 }],
    ['thread_not_found', { status: 404, number: 40011 }],
    ['user_or_group_not_found', { status: 404, number: 40012 }],
    ['unsupported_operation', { status: 400, number: 40009 }],
    ['refused', { status: 403, number: 49999 }],
  ])('%s: %j', (code, answer) => {
    expect(vendorError(answer).code).toBe(code);
  });
});

describe('could the request have done something?', () => {
  it.each<['no' | 'maybe', VendorAnswer]>([
    ['no', { status: 302 }],
    ['maybe', { status: 303 }], // "see the outcome there": the work is done
    ['no', { status: 400 }],
    ['no', { status: 404, description: 'thread not found.' }],
    ['maybe', { status: 408 }],
    ['no', { status: 429 }],
    ['maybe', { status: 500 }],
    ['maybe', { status: 500, type: 'internal' }],
    ['no', { status: 500, type: 'web_application' }],
    ['no', { status: 500, type: 'unsupported_service_operation' }],
    ['no', { status: 501 }],
    ['no', { status: 501, type: 'web_application' }],
    ['maybe', { status: 502 }],
    ['maybe', { status: 503, description: 'The request has reached the maximum limit' }],
    ['maybe', { status: 504, type: 'web_application' }],
  ])('%s: %j', (landed, answer) => {
    expect(vendorError(answer).facts.landed).toBe(landed);
  });
});
