import fc from 'fast-check';
import { expect, it } from 'vitest';
import { AgoraError } from '../../src/agora/errors.ts';
import { defined } from '../../src/base/defined.ts';
import { judgeOf } from '../../src/lists/question.ts';
import { FROM_START, startDirectory } from '../support/ask-directory.ts';
import { seededRandom, userName } from '../support/crowded-app.ts';

const down = (): AgoraError =>
  new AgoraError({ code: 'server_error', what: 'down', next: 'Wait.', retry: 'later', landed: 'maybe', status: 503 });

const WORDS = ['refund', 'Q4 launch', '退款', 'ship', 'test'];

const apps = fc.record({
  threads: fc.integer({ min: 0, max: 400 }),
  users: fc.integer({ min: 1, max: 40 }),
  seed: fc.integer({ min: 1, max: 1_000_000 }),
  most: fc.integer({ min: 1, max: 6 }),
  emptyPercent: fc.constantFrom(0, 5, 40),
  pages: fc.constantFrom<'whole' | 'short' | 'stuck'>('whole', 'whole', 'short', 'stuck'),
  refusedPercent: fc.constantFrom(0, 0, 5, 30),
  order: fc.constantFrom('joined', 'created'),
  slow: fc.boolean(),
  moments: fc.constantFrom(1, 5, 3_600_000),
});

const questions = fc.record({
  filter: fc.record(
    {
      nameContains: fc.constantFrom(...WORDS, 'nowhere'),
      owner: fc.integer({ min: 0, max: 40 }).map(userName),
      createdFrom: fc.integer({ min: 0, max: 400 }),
      createdBefore: fc.integer({ min: 0, max: 400 }),
    },
    { requiredKeys: [] },
  ),
  groupId: fc.constantFrom(undefined, undefined, '210000000000001'),
  sort: fc.constantFrom('asc', 'desc'),
  side: fc.constantFrom('newest', 'oldest'),
  limit: fc.constantFrom(0, 1, 5, 20, 50),
  newProcess: fc.constantFrom(false, false, false, true),
});

/** All that a thread has been since the test began. */
interface Past {
  readonly states: { readonly thread: Parameters<ReturnType<typeof judgeOf>>[0]; readonly readable: boolean }[];
  gone: boolean;
}

it('whatever happens between and within the calls, nothing is claimed that is not so', async () => {
  await fc.assert(
    fc.asyncProperty(apps, fc.array(questions, { minLength: 1, maxLength: 4 }), async (shape, asked) => {
      const random = seededRandom(shape.seed);
      const chance = (percent: number): boolean => random(100) < percent;
      const someone = (): string => userName(random(shape.users));
      const members = (): string[] =>
        chance(shape.emptyPercent) ? [] : Array.from({ length: 1 + random(shape.most) }, someone);
      const created = (index: number): number =>
        1_000_000_000 + Math.floor(index / (1 + (shape.moments === 1 ? 40 : 0))) * shape.moments;
      const { app, make, ask } = startDirectory(
        {
          threads: 0,
          membersOf: () => [],
          latencyMs: shape.slow ? 900 : 0,
          order: shape.order,
          page: () => (shape.pages === 'short' && chance(30) ? 1 + random(49) : 50),
        },
        shape.slow ? 3 : 1_000_000,
      );
      const pasts = new Map<string, Past>();
      const note = (id: string): void => {
        const entry = app.all.find(({ thread }) => thread.id === id);
        if (!entry) return;
        const past = pasts.get(id) ?? { states: [], gone: false };
        past.states.push({ thread: { ...entry.thread }, readable: entry.members.length > 0 });
        past.gone = !app.exists(id);
        pasts.set(id, past);
      };
      const add = (): void => {
        const joined = members();
        const { thread } = app.add(joined, joined[0] ?? someone(), {
          name: `${WORDS[random(WORDS.length)]} ${app.all.length}`,
          created: created(app.all.length),
        });
        note(thread.id);
      };
      for (let count = 0; count < shape.threads; count++) add();
      const change = (): void => {
        const { thread, members: joined } = app.all[random(app.all.length)] ?? {};
        if (!thread || !joined) {
          add();
          return;
        }
        switch (random(4)) {
          case 0:
            add();
            break;
          case 1:
            app.rename(thread.id, `${WORDS[random(WORDS.length)]} again`);
            break;
          case 2:
            app.delete(thread.id);
            break;
          default:
            if (joined[0] !== undefined) app.leave(joined[0], thread.id);
        }
        note(thread.id);
      };
      app.stickBy(() => shape.pages === 'stuck' && chance(10));
      app.refuseBy(() => (chance(shape.refusedPercent) ? down() : undefined));

      let directory = make();
      for (const { filter, newProcess, groupId, ...rest } of asked) {
        const question = {
          ...rest,
          ...defined({ groupId }),
          filter: {
            ...filter,
            ...(filter.createdFrom !== undefined && { createdFrom: created(filter.createdFrom) }),
            ...(filter.createdBefore !== undefined && { createdBefore: created(filter.createdBefore) }),
          },
        };
        const fits = judgeOf(question);
        // What was so during the whole question must be found.
        for (const id of pasts.keys()) note(id);
        const before = new Map([...pasts].map(([id, { states }]) => [id, states.length - 1]));
        const shown = new Set<string>();
        let from = FROM_START;
        for (let page = 0; page < 30; page++) {
          const answer = await ask({ ...question, from }, { directory }).catch((error: unknown) => {
            if (error instanceof AgoraError) return undefined;
            throw error;
          });
          if (answer === undefined) break; // refused before anything was known
          expect(answer.threads.length).toBeLessThanOrEqual(rest.limit);
          for (const { thread } of answer.threads) {
            expect(shown.has(thread.id), 'shown twice').toBe(false);
            shown.add(thread.id);
            expect(fits(thread)).toBe(true);
            const names = pasts.get(thread.id)?.states.map((state) => state.thread.name);
            expect(names).toContain(thread.name);
          }
          expect((answer.next?.shown.length ?? 0) <= 150).toBe(true);
          const claimsAll = answer.stopped === 'end' && answer.notRead === 0 && answer.unjudged === 0;
          if (claimsAll) {
            const known = new Set([...shown, ...answer.matches.map(({ thread }) => thread.id)]);
            const missing = [...pasts].filter(([id, { states, gone }]) => {
              const start = before.get(id);
              if (start === undefined || gone || known.has(id)) return false;
              return states.every((state) => state.readable && fits(state.thread) === true);
            });
            expect(missing.map(([id]) => id)).toEqual([]);
          }
          if (answer.next === undefined) {
            expect(answer.stopped).toBe('end');
            break;
          }
          if (rest.limit === 0) break;
          from = answer.next;
          if (chance(20)) change();
          if (newProcess && chance(30)) directory = make();
        }
        for (let count = random(4); count > 0; count--) change();
        if (newProcess) directory = make();
      }
    }),
    { numRuns: 150 },
  );
});
