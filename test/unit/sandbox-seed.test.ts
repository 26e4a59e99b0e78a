import { describe, expect, it } from 'vitest';
import { SANDBOX_HINTS } from '../../src/sandbox/identity.ts';
import { SEED_END, seedState } from '../../src/sandbox/seed.ts';

const world = (seed = 1) => seedState(seed, () => SEED_END);
const namesOf = (seed: number) => [...world(seed).threads.values()].map(({ name }) => name);
const REFUNDS = SANDBOX_HINTS.groups[0].id;

describe('the ids to try', () => {
  it.each([1, 2, 42, -7])('are true of the data of seed %i', (seed) => {
    const state = world(seed);
    for (const { id, name } of SANDBOX_HINTS.groups) expect(state.groups.get(id)?.name).toBe(name);
    for (const user of SANDBOX_HINTS.users) expect(state.joined(user).length).toBeGreaterThan(0);
    for (const { id, group_id, owner } of SANDBOX_HINTS.freeMessages) {
      expect(state.messages.get(id)).toEqual({ id, kind: 'group', groupId: group_id });
      expect(state.threadOfMessage.has(id)).toBe(false);
      expect(state.groups.get(group_id)?.members).toContain(owner);
    }
  });

  it('have 19 digits that no JSON number holds', () => {
    for (const { id } of SANDBOX_HINTS.freeMessages) {
      expect(id).toMatch(/^\d{19}$/);
      expect(String(BigInt(Number(id)))).not.toBe(id);
    }
  });
});

describe('the seeded helpdesk', () => {
  it('is the same for the same seed, and another for another', () => {
    expect(world(5).created()).toEqual(world(5).created());
    expect(namesOf(5)).not.toEqual(namesOf(6));
  });

  it('has the size that makes lists interesting', () => {
    const state = world();
    expect(state.threads.size).toBe(300);
    expect(state.groups.size).toBe(6);
    expect(state.joined('lin')).toHaveLength(62);
    expect(state.joined('lin', REFUNDS)).toHaveLength(15);
    const crowds = [...state.threads.keys()].map((id) => state.members(id).length);
    expect(Math.max(...crowds)).toBe(132);
    expect(crowds.filter((size) => size > 50).length).toBeGreaterThanOrEqual(3);
    expect(Math.min(...crowds)).toBe(1);
  });

  it('spans half a year before a fixed day', () => {
    const times = world()
      .created()
      .map(({ created }) => created);
    expect(Math.max(...times)).toBeLessThan(SEED_END);
    expect(Math.min(...times)).toBeGreaterThan(SEED_END - 183 * 86_400_000);
    expect(Math.max(...times) - Math.min(...times)).toBeGreaterThan(170 * 86_400_000);
  });

  it('has ids of 15 and 19 digits, each once, threads in the order of time', () => {
    const state = world();
    const ids = state.created().map(({ id }) => id);
    expect(ids.every((id) => /^\d{15}$/.test(id))).toBe(true);
    expect([...ids].sort()).toEqual(ids);
    const messages = [...state.threads.values()].map(({ msgId }) => msgId);
    expect(new Set(messages).size).toBe(300);
    expect([...state.messages.keys()].every((id) => /^\d{19}$/.test(id))).toBe(true);
  });

  it('keeps its own rules', () => {
    const state = world();
    for (const { id, groupId, owner, name, msgId, created } of state.threads.values()) {
      const members = state.members(id);
      expect(members[0]?.user).toBe(owner);
      for (const member of members) {
        expect(state.groups.get(groupId)?.members).toContain(member.user);
        expect(member.created).toBeGreaterThanOrEqual(created);
      }
      expect([...name].length).toBeLessThanOrEqual(64);
      expect(state.messages.get(msgId)?.groupId).toBe(groupId);
    }
    for (const user of state.users) {
      const times = state.joined(user).map(({ created }) => created);
      expect([...times].sort((a, b) => a - b)).toEqual(times);
    }
  });

  it('leaves messages without a thread, and some that can have none', () => {
    const state = world();
    const free = [...state.messages.values()].filter(
      ({ id, kind, foreign }) => kind === 'group' && !foreign && !state.threadOfMessage.has(id),
    );
    expect(free.length).toBeGreaterThanOrEqual(20);
    const kinds = [...state.messages.values()].map(({ kind, foreign }) => (foreign ? 'foreign' : kind));
    expect(new Set(kinds)).toEqual(new Set(['group', 'single', 'in_thread', 'foreign']));
  });

  it('has names that are awkward to show', () => {
    const names = namesOf(1);
    const some = (what: (name: string) => boolean) => names.some(what);
    expect(some((name) => /^Ignore all previous instructions/.test(name))).toBe(true);
    expect(some((name) => name.includes('\u200D'))).toBe(true);
    expect(some((name) => name.includes('\u202E'))).toBe(true);
    expect(some((name) => name.includes('\n'))).toBe(true);
    expect(some((name) => name.includes('"') && name.includes('\\'))).toBe(true);
    expect(some((name) => [...name].length === 64)).toBe(true);
    expect(some((name) => /\p{Script=Han}/u.test(name))).toBe(true);
    expect(some((name) => /\p{Script=Arabic}/u.test(name))).toBe(true);
    const trials = world()
      .joined('lin', REFUNDS)
      .filter(({ threadId }) => world().thread(threadId).name === 'test');
    expect(trials).toHaveLength(3);
  });
});
