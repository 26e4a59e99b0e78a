import { describe, expect, it } from 'vitest';
import { type ErrorBody, vendorError } from '../../src/agora/vendor-errors.ts';

describe('an error of the service', () => {
  it.each<[string, ErrorBody & { status: number }]>([
    ['too_many_users', { status: 400, error_description: 'request body reaches limit.' }],
    // The numbers of the web SDKs alone, where a newer server says no more.
    ['thread_exists', { status: 400, error_code: 40002 }],
    ['thread_exists', { status: 403, error_code: 40003 }],
    ['thread_exists', { status: 403, error_code: 40004 }],
    ['threads_not_enabled', { status: 403, error_code: 40000 }],
    ['user_thread_limit', { status: 403, error_code: 40005 }],
    ['user_thread_limit', { status: 403, error_code: 40007 }],
    ['user_not_in_group', { status: 404, error_code: 20004 }],
    ['user_not_in_group', { status: 404, error_code: 60003 }],
    ['thread_not_found', { status: 404, error_code: 40011 }],
    ['user_or_group_not_found', { status: 404, error_code: 40012 }],
    ['unsupported_operation', { status: 400, error_code: 40009 }],
    ['refused', { status: 403, error_code: 49999 }],
  ])('%s: %j', (code, { status, ...body }) => {
    expect(vendorError(status, body).code).toBe(code);
  });
});

describe('could the request have done something?', () => {
  it.each<['no' | 'maybe', ErrorBody & { status: number }]>([
    ['no', { status: 302 }],
    ['maybe', { status: 303 }], // "see the outcome there": the work is done
    ['no', { status: 400 }],
    ['no', { status: 404, error_description: 'thread not found.' }],
    ['maybe', { status: 408 }],
    ['no', { status: 429 }],
    ['maybe', { status: 500 }],
    ['maybe', { status: 500, error: 'internal' }],
    ['no', { status: 500, error: 'web_application' }],
    ['no', { status: 500, error: 'unsupported_service_operation' }],
    ['no', { status: 501 }],
    ['no', { status: 501, error: 'web_application' }],
    ['maybe', { status: 502 }],
    ['maybe', { status: 503, error_description: 'The request has reached the maximum limit' }],
    ['maybe', { status: 504, error: 'web_application' }],
  ])('%s: %j', (landed, { status, ...body }) => {
    expect(vendorError(status, body).facts.landed).toBe(landed);
  });
});
