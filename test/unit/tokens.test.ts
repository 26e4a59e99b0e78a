import { deflateSync, inflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { AgoraError } from '../../src/agora/errors.ts';
import type { TokenExchange } from '../../src/agora/token-exchange.ts';
import { createTokens } from '../../src/agora/tokens.ts';
import { redact } from '../../src/base/redact.ts';
import type { Credentials } from '../../src/settings/app-target.ts';
import { readAccessToken } from '../support/build-access-token.ts';
import { type ManualClock, manualClock } from '../support/manual-clock.ts';

const APP_ID = '0123456789abcdef0123456789abcdef';
const CERTIFICATE = 'fedcba9876543210fedcba9876543210';
const SECONDS = 1_000;
const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const never = new AbortController().signal;

const neverExchanged: TokenExchange = () => Promise.reject(new Error('not asked for'));
const built = (clock: ManualClock, appId = APP_ID, certificate = async () => CERTIFICATE) =>
  createTokens({ kind: 'built', appId, certificate: { read: certificate } }, { clock, exchange: neverExchanged });

type Answer = () => ReturnType<TokenExchange>;

/** Tokens from a service that gives one answer after the other. */
function exchanged(clock: ManualClock, answers: readonly Answer[], clientSecret = async () => 'a-client-secret') {
  const sent: Parameters<TokenExchange>[0][] = [];
  const exchange: TokenExchange = (body) => {
    const answer = answers[sent.length];
    sent.push(body);
    return answer ? answer() : Promise.reject(new Error('no more answers'));
  };
  const tokens = createTokens(
    { kind: 'exchanged', clientId: 'id', clientSecret: { read: clientSecret } },
    { clock, exchange },
  );
  return { tokens, sent, count: () => sent.length };
}
const giving = (access_token: string, expires_in?: number) => async () => ({
  access_token,
  ...(expires_in === undefined ? {} : { expires_in }),
});
const failure = new AgoraError({
  code: 'server_error',
  what: 'failed',
  next: 'Try later.',
  retry: 'later',
  landed: 'maybe',
});
const failing = () => Promise.reject(failure);
/** An answer that comes when it is told to. */
function held(token: string, expires_in?: number) {
  const { promise, resolve, reject } = deferred<void>();
  return { answer: () => promise.then(giving(token, expires_in)), give: () => resolve(), fail: () => reject(failure) };
}
function deferred<T>() {
  let resolve: (value: T) => void = () => {};
  let reject: (reason: unknown) => void = () => {};
  const promise = new Promise<T>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { promise, resolve, reject };
}

/** The failure of a promise that must fail with an `AgoraError`. */
async function failureOf(promise: Promise<unknown>): Promise<AgoraError> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof AgoraError) return error;
  throw new Error(`expected an AgoraError, got ${String(error)}`);
}

describe('a token built here', () => {
  it('has the published layout, the app right for a day, and the right signature', async () => {
    const token = await built(manualClock()).get(never);
    const read = readAccessToken(token, CERTIFICATE);
    expect(read).toMatchObject({ appId: APP_ID, life: 86_400 });
    expect(read?.services).toEqual([{ type: 5, privileges: { 2: 86_400 }, userId: '' }]);
    expect(Math.abs((read?.issuedAt ?? 0) - Date.now() / SECONDS)).toBeLessThan(60);
  });

  it('is refused with another certificate, or with any byte of what is signed changed', async () => {
    const token = await built(manualClock()).get(never);
    expect(readAccessToken(token, APP_ID)).toBeUndefined();
    const block = inflateSync(Buffer.from(token.slice(3), 'base64'));
    const accepted = [...block.keys()].filter((place) => {
      const changed = Buffer.from(block);
      changed.writeUInt8(block.readUInt8(place) ^ 1, place);
      try {
        return readAccessToken(`007${deflateSync(changed).toString('base64')}`, CERTIFICATE) !== undefined;
      } catch {
        return false;
      }
    });
    expect(accepted).toEqual([]);
  });

  it('is kept for half a day, then made anew', async () => {
    const clock = manualClock();
    const tokens = built(clock);
    const first = await tokens.get(never);
    clock.advance(12 * HOUR - 1);
    expect(await tokens.get(never)).toBe(first);
    await settled();
    expect(await tokens.get(never)).toBe(first);
    clock.advance(1);
    expect(await tokens.get(never)).toBe(first); // no call waits for another one while this one is good
    await settled();
    expect(await tokens.get(never)).not.toBe(first);
  });

  it('is made once for all callers', async () => {
    let read = 0;
    const tokens = built(manualClock(), APP_ID, async () => {
      read++;
      return CERTIFICATE;
    });
    const all = await Promise.all(Array.from({ length: 50 }, () => tokens.get(new AbortController().signal)));
    expect(new Set(all).size).toBe(1);
    expect(read).toBe(1);
  });

  it('stays in use where its certificate can no longer be read, which is tried once a minute', async () => {
    const clock = manualClock();
    let reads = 0;
    const tokens = built(clock, APP_ID, async () => {
      if (++reads > 1) throw new Error('the file is gone');
      return CERTIFICATE;
    });
    const first = await tokens.get(never);
    clock.advance(12 * HOUR);
    for (let i = 0; i < 3; i++) expect(await tokens.get(never)).toBe(first);
    expect(reads).toBe(2);
    clock.advance(60 * SECONDS);
    expect(await tokens.get(never)).toBe(first);
    expect(reads).toBe(3);
    clock.advance(12 * HOUR);
    await expect(tokens.get(never)).rejects.toThrow('the file is gone');
  });

  it('can be had as soon as its certificate can be read', async () => {
    let there = false;
    const tokens = built(manualClock(), APP_ID, async () => {
      if (!there) throw new Error('no file');
      return CERTIFICATE;
    });
    await expect(tokens.get(never)).rejects.toThrow('no file');
    there = true;
    expect(await tokens.get(never)).toMatch(/^007/);
  });

  it.each([
    ['123', CERTIFICATE],
    ['', CERTIFICATE],
    [`${APP_ID}0`, CERTIFICATE],
    [APP_ID, 'not hex'],
    [APP_ID, 'g'.repeat(32)],
    [APP_ID, ` ${CERTIFICATE}`],
  ])('of %j and %j is refused, without the values in the error', async (appId, certificate) => {
    const error = await failureOf(built(manualClock(), appId, async () => certificate).get(never));
    expect(error.facts).toMatchObject({ code: 'bad_credentials', retry: 'never', landed: 'no' });
    const text = JSON.stringify([error.message, error.facts]);
    expect(text).toContain('AGORA_APP_ID');
    expect(text).toContain('AGORA_APP_CERTIFICATE');
    expect(text).not.toContain(certificate);
    if (appId !== '') expect(text).not.toContain(appId);
  });
});

describe('an exchanged token', () => {
  it('is exchanged once for all callers, and renewed at half of its life', async () => {
    const clock = manualClock();
    const { tokens, sent } = exchanged(clock, [giving('token-one-1', 7_200), giving('token-two-2', 7_200)]);
    const all = await Promise.all(Array.from({ length: 50 }, () => tokens.get(new AbortController().signal)));
    expect(new Set(all)).toEqual(new Set(['token-one-1']));
    clock.advance(HOUR - 1);
    expect(await tokens.get(never)).toBe('token-one-1');
    clock.advance(1);
    const still = await Promise.all(Array.from({ length: 50 }, () => tokens.get(new AbortController().signal)));
    expect(new Set(still)).toEqual(new Set(['token-one-1'])); // the one that is good does until the other is there
    await settled();
    expect(await tokens.get(never)).toBe('token-two-2');
    const body = { grant_type: 'client_credentials', client_id: 'id', client_secret: 'a-client-secret' };
    expect(sent).toEqual([body, body]);
  });

  it.each([
    ['none', undefined, HOUR],
    ['0, which is "never"', 0, HOUR],
    ['less than 0', -5, HOUR],
    ['NaN', Number.NaN, HOUR],
    ['Infinity', Number.POSITIVE_INFINITY, HOUR],
    ['60 days', 5_184_000, 60 * DAY],
    ['100 days', 8_640_000, 100 * DAY],
    ['a day in milliseconds', 86_400_000, DAY],
    ['60 days in milliseconds', 5_184_000_000, 60 * DAY],
    ['nonsense', 1e18, 100 * DAY],
  ])('with a life of %s', async (_what, expiresIn, life) => {
    const clock = manualClock();
    const { tokens, count } = exchanged(clock, [giving('token-one-1', expiresIn), giving('token-two-2')]);
    await tokens.get(never);
    for (const [passed, exchanges] of [
      [life / 2 - 1, 1],
      [1, 2],
    ] as const) {
      clock.advance(passed);
      await tokens.get(never);
      await settled();
      expect(count()).toBe(exchanges);
    }
  });

  it('of a life under a minute is used to its end, and asked for again after the minute', async () => {
    const clock = manualClock();
    const { tokens, count } = exchanged(clock, [giving('token-one-1', 30), giving('token-two-2', 30)]);
    await tokens.get(never);
    clock.advance(29 * SECONDS);
    expect(await tokens.get(never)).toBe('token-one-1');
    clock.advance(SECONDS);
    const { facts } = await failureOf(tokens.get(never));
    expect(facts).toMatchObject({ code: 'token_exchange_too_soon', retry: 'later', retryAfterMs: 30_000 });
    expect(facts.next).toContain('30 s');
    expect(count()).toBe(1);
    clock.advance(30 * SECONDS);
    expect(await tokens.get(never)).toBe('token-two-2');
  });

  it('of a life little over a minute is renewed as soon as the minute is over', async () => {
    const clock = manualClock();
    const { tokens } = exchanged(clock, [giving('token-one-1', 100), giving('token-two-2', 100)]);
    await tokens.get(never);
    clock.advance(50 * SECONDS);
    expect(await tokens.get(never)).toBe('token-one-1');
    clock.advance(10 * SECONDS);
    await tokens.get(never);
    await settled();
    expect(await tokens.get(never)).toBe('token-two-2');
  });

  it('that has ended does not bring back a failure from before it', async () => {
    const clock = manualClock();
    const { tokens } = exchanged(clock, [failing, giving('token-one-1', 1)]);
    await failureOf(tokens.get(never));
    clock.advance(60 * SECONDS);
    await tokens.get(never);
    clock.advance(SECONDS);
    expect((await failureOf(tokens.get(never))).code).toBe('token_exchange_too_soon');
  });

  it('stays in use where its renewal fails, and the next try is a minute away', async () => {
    const clock = manualClock();
    const { tokens, count } = exchanged(clock, [giving('token-one-1', 7_200), failing, giving('token-two-2', 7_200)]);
    await tokens.get(never);
    const getOne = async () => {
      expect(await tokens.get(never)).toBe('token-one-1');
      await settled();
    };
    clock.advance(HOUR);
    await getOne();
    await getOne();
    expect(count()).toBe(2);
    clock.advance(60 * SECONDS - 1);
    await getOne();
    expect(count()).toBe(2);
    clock.advance(1);
    await getOne();
    expect(await tokens.get(never)).toBe('token-two-2');
  });

  it('is in use while its renewal hangs, which is one for all callers', async () => {
    const clock = manualClock();
    const hanging = held('token-two-2', 7_200);
    const { tokens, count } = exchanged(clock, [giving('token-one-1', 7_200), hanging.answer]);
    await tokens.get(never);
    clock.advance(HOUR);
    for (let i = 0; i < 3; i++) {
      expect(await tokens.get(never)).toBe('token-one-1');
      await settled();
      clock.advance(10 * 60 * SECONDS);
    }
    expect(count()).toBe(2);
    hanging.give();
    await settled();
    expect(await tokens.get(never)).toBe('token-two-2');
  });

  it('is not used past its end, even where that came while a renewal was failing', async () => {
    const clock = manualClock();
    const renewal = held('token-two-2');
    const { tokens } = exchanged(clock, [giving('token-one-1', 7_200), renewal.answer]);
    await tokens.get(never);
    clock.advance(2 * HOUR - 10 * SECONDS);
    expect(await tokens.get(never)).toBe('token-one-1');
    clock.advance(10 * SECONDS);
    const waiting = tokens.get(never);
    await settled();
    renewal.fail();
    expect((await failureOf(waiting)).code).toBe('server_error');
  });

  it('that cannot be had is an error: the same one within a minute, with when it can be tried again', async () => {
    const clock = manualClock();
    const { tokens, count } = exchanged(clock, [failing, giving('token-one-1')]);
    expect((await failureOf(tokens.get(never))).facts).toMatchObject({ code: 'server_error', landed: 'no' });
    for (const left of [40, 20]) {
      clock.advance(20 * SECONDS);
      const { facts } = await failureOf(tokens.get(never));
      expect(facts).toMatchObject({ code: 'server_error', landed: 'no', retryAfterMs: left * SECONDS });
      expect(facts.next).toBe(`Try later. The next exchange can be tried in ${left} s.`);
    }
    clock.advance(20 * SECONDS - 1);
    await expect(tokens.get(never)).rejects.toThrow('server_error');
    expect(count()).toBe(1);
    clock.advance(1);
    expect(await tokens.get(never)).toBe('token-one-1');
  });

  it('is asked for a minute after the last exchange has ended, however long that took', async () => {
    const clock = manualClock();
    const slow = held('token-one-1');
    const { tokens, count } = exchanged(clock, [slow.answer, giving('token-two-2')]);
    const first = tokens.get(never);
    await settled();
    clock.advance(59 * SECONDS);
    slow.fail();
    await failureOf(first);
    clock.advance(59 * SECONDS);
    await failureOf(tokens.get(never));
    expect(count()).toBe(1);
    clock.advance(SECONDS);
    expect(await tokens.get(never)).toBe('token-two-2');
  });

  it('can be had as soon as its secret can be read, since nothing was sent before', async () => {
    let there = false;
    const { tokens, count } = exchanged(manualClock(), [giving('token-one-1')], async () => {
      if (!there) throw new Error('no file');
      return 'a-client-secret';
    });
    await expect(tokens.get(never)).rejects.toThrow('no file');
    expect(count()).toBe(0);
    there = true;
    expect(await tokens.get(never)).toBe('token-one-1');
  });

  it.each([400, 401, 403])('refused with %i is about the credentials, by the names of the settings', async (status) => {
    const refusal = failure.with({ status, said: 'client_secret does not match' });
    const { tokens } = exchanged(manualClock(), [() => Promise.reject(refusal)]);
    const { facts } = await failureOf(tokens.get(never));
    expect(facts).toMatchObject({ code: 'bad_credentials', retry: 'never', landed: 'no', status });
    expect(facts.what).toContain('EASEMOB_CLIENT_SECRET');
  });
});

describe('a clock that is set back', () => {
  it('makes a new built token, as the old one is dated ahead', async () => {
    const clock = manualClock();
    const tokens = built(clock);
    const first = await tokens.get(never);
    clock.advance(-DAY);
    expect(await tokens.get(never)).not.toBe(first);
  });

  it('neither takes an exchanged token away nor makes it live for ever', async () => {
    const clock = manualClock();
    const { tokens, count } = exchanged(clock, [giving('token-one-1', 7_200), ...Array<Answer>(200).fill(failing)]);
    await tokens.get(never);
    clock.advance(30 * SECONDS);
    await tokens.get(never); // time that nobody looked at before the step back cannot be known
    clock.advance(-DAY);
    expect(await tokens.get(never)).toBe('token-one-1');
    expect(count()).toBe(1);
    clock.advance(2 * HOUR - 30 * SECONDS - 1);
    expect(await tokens.get(never)).toBe('token-one-1');
    clock.advance(60 * SECONDS);
    await expect(tokens.get(never)).rejects.toThrow('server_error');
  });

  it('does not start the life of a token anew, where it happens often', async () => {
    const clock = manualClock();
    const { tokens } = exchanged(clock, [giving('token-one-1', 7_200), giving('token-two-2', 7_200)]);
    await tokens.get(never);
    for (let i = 0; i < 6; i++) {
      clock.advance(10 * 60 * SECONDS);
      await tokens.get(never).catch(() => undefined);
      clock.advance(-9 * 60 * SECONDS);
      await tokens.get(never);
    }
    await settled();
    expect(await tokens.get(never)).toBe('token-two-2');
  });

  it('makes no pause between exchanges longer than a minute', async () => {
    const clock = manualClock();
    const { tokens, count } = exchanged(clock, [failing, giving('token-one-1')]);
    await failureOf(tokens.get(never));
    clock.advance(-DAY);
    const { facts } = await failureOf(tokens.get(never));
    expect(facts.retryAfterMs).toBe(60 * SECONDS);
    expect(count()).toBe(1);
    clock.advance(60 * SECONDS);
    expect(await tokens.get(never)).toBe('token-one-1');
  });
});

describe('a caller that gives up', () => {
  it('stops waiting at once, without taking the token from the others', async () => {
    const slow = held('token-one-1');
    const { tokens, count } = exchanged(manualClock(), [slow.answer]);
    const giveUp = new AbortController();
    const left = tokens.get(giveUp.signal);
    const stays = tokens.get(never);
    giveUp.abort(new Error('left'));
    await expect(left).rejects.toThrow('left');
    slow.give();
    expect(await stays).toBe('token-one-1');
    expect(count()).toBe(1);
  });

  it('as the last one leaves the token to the next', async () => {
    const slow = held('token-one-1');
    const { tokens, count } = exchanged(manualClock(), [slow.answer]);
    const giveUp = new AbortController();
    const left = tokens.get(giveUp.signal);
    await settled();
    giveUp.abort(new Error('left'));
    await expect(left).rejects.toThrow('left');
    slow.give();
    await settled();
    expect(await tokens.get(never)).toBe('token-one-1');
    expect(count()).toBe(1);
  });

  it('before its call starts nothing, and leaves no failure that nobody listens to', async () => {
    const { tokens, count } = exchanged(manualClock(), [failing]);
    const gone = AbortSignal.abort(new Error('left'));
    await expect(tokens.get(gone)).rejects.toThrow('left');
    await expect(tokens.renew('token-one-1', gone)).rejects.toThrow('left');
    await settled();
    expect(count()).toBe(0);
  });

  it.each<[string, () => Promise<string>]>([
    ['without end', () => new Promise(() => {})],
    ['in vain', () => Promise.reject(new Error('no file'))],
  ])('while its secret is read %s stops waiting at once', async (_what, read) => {
    const giveUp = new AbortController();
    const { tokens } = exchanged(manualClock(), [], () => {
      giveUp.abort(new Error('left'));
      return read();
    });
    // A failure that nobody listens to would fail the whole run.
    await expect(tokens.get(giveUp.signal)).rejects.toThrow('left');
    await settled();
  });

  it('during a renewal that it waits for is told so', async () => {
    const clock = manualClock();
    const slow = held('token-two-2');
    const { tokens } = exchanged(clock, [giving('token-one-1', 7_200), slow.answer]);
    await tokens.get(never);
    clock.advance(2 * HOUR);
    const giveUp = new AbortController();
    const left = tokens.get(giveUp.signal);
    giveUp.abort(new Error('left'));
    await expect(left).rejects.toThrow('left');
  });
});

describe('a 401', () => {
  it('renews a built token once for all who were refused', async () => {
    const clock = manualClock();
    const tokens = built(clock);
    const refused = await tokens.get(never);
    // Another one would be refused for the same reason.
    clock.advance(59 * SECONDS);
    expect(await tokens.renew(refused, never)).toBeUndefined();
    clock.advance(1 * SECONDS);
    const fresh = await Promise.all([tokens.renew(refused, never), tokens.renew(refused, never)]);
    expect(fresh[0]).toBe(fresh[1]);
    expect(fresh[0]).not.toBe(refused);
    expect(await tokens.renew(refused, never)).toBe(fresh[0]);
    expect(await tokens.get(never)).toBe(fresh[0]);
  });

  it('renews an exchanged token where the last exchange is a minute old', async () => {
    const clock = manualClock();
    const { tokens, count } = exchanged(clock, [giving('token-one-1', 7_200), giving('token-two-2', 7_200)]);
    const refused = await tokens.get(never);
    expect(await tokens.renew(refused, never)).toBeUndefined();
    clock.advance(60 * SECONDS);
    const fresh = await Promise.all([tokens.renew(refused, never), tokens.renew(refused, never)]);
    expect(fresh).toEqual(['token-two-2', 'token-two-2']);
    expect(count()).toBe(2);
  });

  it('that follows a failed renewal tells of that failure, and when the next exchange can be tried', async () => {
    const clock = manualClock();
    const unreachable = () => Promise.reject(failure.with({ status: 503 }));
    const { tokens, count } = exchanged(clock, [giving('token-one-1', 7_200), unreachable]);
    const refused = await tokens.get(never);
    clock.advance(HOUR);
    expect(await tokens.get(never)).toBe(refused);
    await settled();
    clock.advance(20 * SECONDS);
    expect((await failureOf(tokens.renew(refused, never))).facts).toMatchObject({
      code: 'server_error',
      what: 'no token could be fetched: failed',
      retryAfterMs: 40_000,
    });
    expect(count()).toBe(2);
  });

  it('that lasts does not pile up secrets', async () => {
    const clock = manualClock();
    const tokens = built(clock);
    const seen: string[] = [];
    for (let minute = 0; minute < 30; minute++) {
      const token = await tokens.get(never);
      seen.push(token);
      clock.advance(61 * SECONDS);
      await tokens.renew(token, never);
    }
    expect(new Set(seen).size).toBe(30);
    expect(seen.map((token) => redact(token)).filter((text) => text === '[redacted]')).toHaveLength(10);
  });

  it('that comes back out of its file stays secret as long as any other that was replaced', async () => {
    const names = ['early', ...Array.from({ length: 9 }, (_, n) => `number-${n}`), 'early', 'late', 'latest'];
    const written = names.map((name) => `token-${name}-of-the-file`);
    const files = written.values();
    const read = async () => files.next().value ?? '';
    const tokens = createTokens({ kind: 'fixed', token: { read } }, { clock: manualClock(), exchange: neverExchanged });
    let token = await tokens.get(never);
    for (const next of written.slice(1)) {
      expect(await tokens.renew(token, never)).toBe(next);
      token = next;
    }
    expect(redact(`Bearer ${written[0]}`)).toBe('Bearer [redacted]');
  });

  it('with an older token gives the current one without an exchange', async () => {
    const clock = manualClock();
    const { tokens, count } = exchanged(clock, [giving('token-one-1', 7_200), giving('token-two-2', 7_200)]);
    const older = await tokens.get(never);
    clock.advance(HOUR);
    await tokens.get(never);
    await settled();
    expect(await tokens.renew(older, never)).toBe('token-two-2');
    expect(count()).toBe(2);
  });

  it('with an older token gives no current one that has ended', async () => {
    const clock = manualClock();
    const { tokens } = exchanged(clock, [
      giving('token-one-1', 7_200),
      giving('token-two-2', 7_200),
      giving('three-3'),
    ]);
    const older = await tokens.get(never);
    clock.advance(HOUR);
    await tokens.get(never);
    await settled();
    clock.advance(3 * HOUR);
    expect(await tokens.renew(older, never)).toBe('three-3');
  });

  it('gives nothing where the service issues the same token again', async () => {
    const clock = manualClock();
    const { tokens } = exchanged(clock, [giving('token-one-1', 7_200), giving('token-one-1', 7_200)]);
    const refused = await tokens.get(never);
    clock.advance(60 * SECONDS);
    expect(await tokens.renew(refused, never)).toBeUndefined();
  });

  it('joins a renewal that is under way', async () => {
    const clock = manualClock();
    const slow = held('token-two-2', 7_200);
    const { tokens, count } = exchanged(clock, [giving('token-one-1', 7_200), slow.answer]);
    const refused = await tokens.get(never);
    clock.advance(HOUR);
    const both = Promise.all([tokens.get(never), tokens.renew(refused, never)]);
    slow.give();
    expect(await both).toEqual(['token-one-1', 'token-two-2']);
    expect(count()).toBe(2);
  });

  it('at any moment while a renewal ends gets what it brought', async () => {
    const clock = manualClock();
    const slow = held('token-two-2', 7_200);
    const { tokens, count } = exchanged(clock, [giving('token-one-1', 7_200), slow.answer]);
    const refused = await tokens.get(never);
    clock.advance(2 * HOUR);
    const waiting = [tokens.get(never)];
    await settled();
    slow.give();
    const renewals: Promise<string | undefined>[] = [];
    for (let step = 0; step < 20; step++) {
      renewals.push(tokens.renew(refused, never));
      await Promise.resolve();
    }
    expect(new Set(await Promise.all([...waiting, ...renewals]))).toEqual(new Set(['token-two-2']));
    expect(count()).toBe(2);
  });

  it('reads a ready token again, since its file may hold a newer one', async () => {
    let file = 'ready-token-1';
    const tokens = createTokens(
      { kind: 'fixed', token: { read: async () => file } },
      { clock: manualClock(), exchange: neverExchanged },
    );
    expect(await tokens.get(never)).toBe('ready-token-1');
    expect(await tokens.renew('ready-token-1', never)).toBeUndefined();
    file = 'ready-token-2';
    expect(await tokens.get(never)).toBe('ready-token-1');
    expect(await tokens.renew('ready-token-1', never)).toBe('ready-token-2');
    expect(await tokens.get(never)).toBe('ready-token-2');
  });
});

describe('every secret is taken out of any text', () => {
  const leaky = (words: string): Answer => {
    const leak = failure.with({ what: `no ${words}`, said: words, next: words });
    return () => Promise.reject(leak);
  };
  // Each value is used here alone: what is registered stays so for the whole file.
  it.each<[string, Credentials, Answer, readonly string[]]>([
    ['a ready token', { kind: 'fixed', token: { read: async () => 'ready-to-hide' } }, failing, ['ready-to-hide']],
    [
      'a certificate',
      { kind: 'built', appId: APP_ID, certificate: { read: async () => 'abad1deaabad1deaabad1deaabad1dea' } },
      failing,
      ['abad1deaabad1deaabad1deaabad1dea'],
    ],
    [
      'a certificate of the wrong shape',
      { kind: 'built', appId: APP_ID, certificate: { read: async () => 'certificate-to-hide' } },
      failing,
      ['certificate-to-hide'],
    ],
    [
      'a client secret and its token',
      { kind: 'exchanged', clientId: 'id', clientSecret: { read: async () => 'secret-to-hide' } },
      giving('exchanged+to/hide='),
      ['secret-to-hide', 'exchanged+to/hide=', encodeURIComponent('exchanged+to/hide=')],
    ],
    [
      'a client secret that the service says back',
      { kind: 'exchanged', clientId: 'id', clientSecret: { read: async () => 'echo-to-hide' } },
      leaky('echo-to-hide'),
      ['echo-to-hide'],
    ],
  ])('%s', async (_what, credentials, exchange, secrets) => {
    const tokens = createTokens(credentials, { clock: manualClock(), exchange });
    const outcomes: unknown[] = [];
    for (let i = 0; i < 2; i++) outcomes.push(await tokens.get(never).catch((error: unknown) => error));
    const texts = outcomes.map((outcome) =>
      outcome instanceof AgoraError ? JSON.stringify([outcome.message, outcome.facts]) : `Bearer ${String(outcome)}`,
    );
    const shown = redact([...texts, ...secrets].join('\n'));
    for (const value of secrets) expect(shown).not.toContain(value);
    for (const outcome of outcomes) if (typeof outcome === 'string') expect(shown).not.toContain(outcome);
  });
});

describe('an exchange that never left', () => {
  // As `connectionError` words them: no answer, so no status, and no byte that the service may have counted.
  const unsent = new AgoraError({ ...failure.facts, code: 'connection_refused', landed: 'no' });

  it('is tried again at the next call', async () => {
    const { tokens, count } = exchanged(manualClock(), [
      () => Promise.reject(unsent),
      () => Promise.reject(unsent),
      giving('token-one-1'),
    ]);
    for (let i = 0; i < 2; i++) {
      const { facts } = await failureOf(tokens.get(never));
      expect(facts).toMatchObject({ code: 'connection_refused', next: 'Try later.' });
    }
    expect(await tokens.get(never)).toBe('token-one-1');
    expect(count()).toBe(3);
  });

  it.each([
    ['may have arrived', failure],
    ['was refused', unsent.with({ status: 429 })],
    ['failed inside', new TypeError('x')],
  ])('unlike one that %s, which starts the minute', async (_what, error) => {
    const { tokens, count } = exchanged(manualClock(), [() => Promise.reject(error), giving('token-one-1')]);
    await expect(tokens.get(never)).rejects.toThrow();
    await expect(tokens.get(never)).rejects.toThrow();
    expect(count()).toBe(1);
  });
});

/** Waits until all that can go on without a clock or a network has done so. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
