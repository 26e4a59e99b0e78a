import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { connectClient, type TestClient } from '../support/client.ts';
import { classicSettings, refusal } from '../support/http.ts';
import { skippingClock } from '../support/manual-clock.ts';
import {
  type Interference,
  type ServiceRequest,
  type ThreadService,
  threadService,
  threadsOf,
} from '../support/thread-service.ts';

// A yes is for what was shown: threads at any place of lists of up to 400, renamed at any moment. Whatever the service
// does in between, a deletion is sent only where the last look has found the name that the person was shown.

const yes = { action: 'accept', content: { confirm: true } };

/** What the service does to one sending of a deletion. */
const FAULTS: Record<string, { before?: Interference; after?: Interference }> = {
  none: {},
  '503 before the work': { before: refusal(503, 'web_application', 'busy') },
  '503 after the work': { after: refusal(503, 'web_application', 'busy') },
  '429': { before: refusal(429, 'reach_limit', 'This request has reached API limit.') },
  'reset before the work': { before: 'reset' },
  'reset after the work': { after: 'reset' },
};

interface Case {
  readonly mode: 'form' | 'code';
  readonly length: number;
  readonly places: readonly number[];
  /** The request of the call that deletes before which the first thread is renamed; 0 is while the person is asked. */
  readonly renameAt: number | undefined;
  readonly fault: keyof typeof FAULTS;
  readonly membersFail: boolean;
}

const cases = fc.record<Case>({
  mode: fc.constantFrom('form', 'code'),
  length: fc.constantFrom(1, 2, 49, 50, 51, 100, 150, 399, 400),
  places: fc.uniqueArray(fc.nat({ max: 399 }), { minLength: 1, maxLength: 3 }),
  renameAt: fc.option(fc.nat({ max: 14 }), { nil: undefined }),
  fault: fc.constantFrom(...Object.keys(FAULTS)),
  membersFail: fc.boolean(),
});

interface Run {
  readonly question: string;
  readonly rows: readonly { thread_id: string; status: string; error?: string }[];
  /** Of each sending of a deletion: its thread, and the name that the service had last given of it. */
  readonly sendings: readonly { target: string; lastGiven: string | undefined }[];
  readonly service: ThreadService;
}

async function run({ mode, length, places, renameAt, fault, membersFail }: Case): Promise<Run> {
  const list = threadsOf('lin', length, ['wei']);
  const ids = [...new Set(places.map((place) => list[place % length]?.id ?? ''))];
  const [first = ''] = ids;
  const sendings: { target: string; lastGiven: string | undefined }[] = [];
  let performing = false;
  let performed = 0;
  let faulty = 0;
  const rename = (): void => {
    const thread = service.threads.get(first);
    if (thread) thread.name = `${thread.name} renamed`;
  };
  const struck = (request: ServiceRequest): boolean =>
    request.endpoint === 'delete' && request.target === first && faulty++ === 0;
  let strikes = false;
  const service = await threadService(list, {
    before: (request) => {
      if (performing && ++performed === renameAt) rename();
      if (performing && membersFail && request.endpoint === 'members') return refusal(503, 'web_application', 'busy');
      if (request.endpoint !== 'delete') return undefined;
      sendings.push({ target: request.target, lastGiven: service.namesGiven.get(request.target) });
      strikes = struck(request);
      return strikes ? FAULTS[fault]?.before : undefined;
    },
    after: (request) => (request.endpoint === 'delete' && strikes ? FAULTS[fault]?.after : undefined),
  });
  const asked = { question: '' };
  const start = (): void => {
    performing = true;
    if (renameAt === 0) rename();
  };
  const { call } = await connectClient({
    env: classicSettings(service.url),
    clock: skippingClock(),
    ...(mode === 'form' && {
      form: (message: string) => {
        asked.question = message;
        start();
        return yes;
      },
    }),
  });
  const outcome = await deleteThem(call, ids, mode, (question) => {
    asked.question = question;
    start();
  });
  return { question: asked.question, rows: outcome, sendings, service };
}

async function deleteThem(
  call: TestClient['call'],
  ids: readonly string[],
  mode: Case['mode'],
  asked: (question: string) => void,
): Promise<Run['rows']> {
  const [tool, args] =
    ids.length === 1
      ? (['delete_thread', { thread_id: ids[0] }] as const)
      : (['delete_threads', { thread_ids: ids }] as const);
  let answer = await call(tool, args);
  if (mode === 'code') {
    asked(answer.text);
    answer = await call(tool, { ...args, confirmation_code: answer.structured['confirmation_code'] });
  }
  if (ids.length > 1) return answer.structured['results'] as Run['rows'];
  return [{ thread_id: ids[0] ?? '', status: String(answer.structured['status'] ?? 'error'), error: answer.text }];
}

describe('just before the first sending of a deletion', () => {
  const deleteWith = async (members: Interference) => {
    let isAsked = false;
    const service = await threadService(threadsOf('lin', 1, ['wei']), {
      before: ({ endpoint }) => (isAsked && endpoint === 'members' ? members : undefined),
    });
    const form = () => {
      isAsked = true;
      return yes;
    };
    const [thread_id] = service.threads.keys();
    const { call } = await connectClient({ env: classicSettings(service.url), clock: skippingClock(), form });
    return { service, ...(await call('delete_thread', { thread_id })) };
  };

  it('a look that is refused as the deletion would be ends the call', async () => {
    const { service, text } = await deleteWith(refusal(403, 'forbidden_op', 'no'));
    expect(text).toContain('Error [forbidden]');
    expect(service.requests.filter(({ endpoint }) => endpoint === 'delete')).toEqual([]);
  });

  it('members that cannot be read again are those of the question, in the last record', async () => {
    const { structured } = await deleteWith(refusal(503, 'web_application', 'busy'));
    expect(structured).toMatchObject({ status: 'deleted', thread: { members: ['lin', 'wei'] } });
  });
});

describe('between two sendings of a deletion', () => {
  it.each<[string, string, (service: ThreadService) => Interference]>([
    [
      'renamed',
      'declined',
      ({ threads }) => {
        for (const thread of threads.values()) thread.name = 'Keep this';
        return undefined;
      },
    ],
    ['no longer readable', 'unknown', () => refusal(503, 'web_application', 'busy')],
  ])('a thread that is %s is not sent again, however soon: %s', async (_what, status, meanwhile) => {
    let sendings = 0;
    const service = await threadService(threadsOf('lin', 1), {
      before({ endpoint }) {
        if (endpoint === 'delete') sendings += 1;
        const instead = sendings > 0 ? meanwhile(service) : undefined;
        return endpoint === 'delete' ? refusal(503, 'web_application', 'busy') : instead;
      },
    });
    const [thread_id] = service.threads.keys();
    const { call } = await connectClient({
      env: classicSettings(service.url),
      clock: skippingClock(),
      form: () => yes,
    });
    const { structured, text } = await call('delete_thread', { thread_id });
    expect([structured['status'], sendings], text).toEqual([status, 1]);
  });
});

describe('threads at any place, renamed at any moment', () => {
  it('are deleted only under the name that was shown', async () => {
    await fc.assert(
      fc.asyncProperty(cases, async (one) => {
        const { question, rows, sendings, service } = await run(one);
        // On a healthy service of lists of at most 400, every listed thread is verified.
        expect(question).not.toContain('not verified');
        for (const { target, lastGiven } of sendings) {
          const original = `Thread ${Number(target) - 240_000_000_000_000}`;
          expect(lastGiven, `sent ${target} under another name`).toBe(original);
        }
        for (const { thread_id, status, error } of rows) {
          const deleted = service.deleted.includes(thread_id);
          const given = service.namesGiven.get(thread_id) ?? '';
          // Once it is deleted, no list holds it any more.
          if (!deleted) expect(error ?? '').not.toContain('name_not_checked');
          if (status === 'deleted') expect(deleted).toBe(true);
          else if (deleted) expect(status).toBe('unknown');
          else if (given.endsWith('renamed')) expect(error).toContain('name');
          else expect(['failed', 'declined', 'unknown', 'error']).toContain(status);
        }
      }),
      { numRuns: 120 },
    );
  });
});
