import { SANDBOX_HINTS } from './identity.ts';
import { AWKWARD_NAMES, TEMPLATES, TEST_NAMES, type Template } from './names.ts';
import { createRandom, type Random } from './random.ts';
import { SandboxState } from './state.ts';

/** The seeded data ends here; fixed, so that it is the same every day. */
export const SEED_END = Date.UTC(2026, 10, 20);

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const AGENTS = Array.from({ length: 120 }, (_, index) => `agent-${String(index + 1).padStart(3, '0')}`);
const TEAM = ['lin', 'wei', 'mia', 'tom', 'sara', 'chen.yu', 'noah_k', 'ana-r', 'omar', 'li.na', 'j.park', 'priya'];
const without = (...absent: string[]): string[] => TEAM.filter((user) => !absent.includes(user));

const [REFUNDS, SHIPPING, VIP] = SANDBOX_HINTS.groups;

/** The groups. `lin` of the `threads` have lin as a member, and most have at most `crowd` members. */
const PLANS = [
  { ...REFUNDS, members: without('omar', 'priya'), templates: TEMPLATES.refunds, threads: 60, lin: 15, crowd: 8 },
  { ...SHIPPING, members: without('noah_k', 'priya'), templates: TEMPLATES.shipping, threads: 60, lin: 14, crowd: 7 },
  {
    id: '210000000000003',
    name: 'Billing',
    members: without('tom', 'omar', 'ana-r'),
    templates: TEMPLATES.billing,
    threads: 50,
    lin: 10,
    crowd: 6,
  },
  {
    ...VIP,
    members: without('tom', 'sara', 'noah_k', 'j.park'),
    templates: TEMPLATES.vip,
    threads: 40,
    lin: 8,
    crowd: 5,
  },
  {
    id: '210000000000005',
    name: 'Bug reports',
    members: TEAM,
    templates: TEMPLATES.bugs,
    threads: 60,
    lin: 9,
    crowd: 9,
  },
  {
    id: '210000000000006',
    name: 'Everyone',
    members: [...TEAM, ...AGENTS],
    templates: TEMPLATES.everyone,
    threads: 30,
    lin: 6,
    crowd: 60,
  },
];

/** Member counts of the threads in the largest group that need more than one page of 50. */
const CROWDS = [132, 75, 51];

const MESSAGES_WITHOUT_THREAD = 24;

/**
 * A helpdesk app: six groups, a dozen people and 120 agents, 300 threads of the half year before `SEED_END`, and
 * messages to create more threads on. The same for the same seed.
 *
 * @param now the clock for later changes, in milliseconds since 1970
 */
export function seedState(seed: number, now: () => number): SandboxState {
  const random = createRandom(seed);
  const threadIds = countUp(random);
  const state = new SandboxState(now, threadIds);
  PLANS.forEach(({ id, name, members }, index) => {
    state.addGroup(id, name, members, SEED_END - 200 * DAY + index * DAY);
  });

  const plans = random.shuffled(PLANS.flatMap((group) => planThreads(group, random)));
  const times = plans.map(() => random.int(SEED_END - 182 * DAY, SEED_END - 2 * HOUR)).sort((a, b) => a - b);
  const events: { readonly at: number; readonly happen: () => void }[] = [];
  for (const [index, plan] of plans.entries()) {
    const at = times[index] ?? SEED_END;
    const id = threadIds();
    const [owner = 'lin', ...others] = chooseMembers(plan, random);
    for (const user of others) {
      const joined = joinTime(at, random);
      events.push({ at: joined, happen: () => state.join(id, user, joined) });
    }
    const msgId = messageId(at - random.int(1, 40) * 60_000, random);
    state.addMessage({ id: msgId, kind: 'group', groupId: plan.group.id });
    const thread = { groupId: plan.group.id, msgId, name: plan.name(at), owner };
    events.push({ at, happen: () => void state.insert(thread, id, at) });
  }
  // The state must be given its events in order of time.
  for (const { happen } of events.sort((a, b) => a.at - b.at)) happen();

  addFreeMessages(state, random);
  return state;
}

function planThreads(group: (typeof PLANS)[number], random: Random) {
  const index = PLANS.indexOf(group);
  // Each special name goes to one group.
  const awkward = AWKWARD_NAMES.filter((_, place) => place % PLANS.length === index);
  const trials = index === 0 ? ['test', 'test', 'test'] : TEST_NAMES.slice(0, index === 3 ? 5 : 1);
  const special = [...(index === 0 ? trials : []), ...awkward, ...(index === 0 ? [] : trials)];
  const odd = index === 0 ? 4 : 1;
  return Array.from({ length: group.threads }, (_, place) => ({
    group,
    name: (at: number) => special[place] ?? random.pick<Template>(group.templates)(random, at),
    // In the first group lin has the three tests and the name that gives orders; the rest have ordinary names.
    lin: place < odd || (place >= special.length && place < special.length + group.lin - odd),
    crowd: (group.members.length > 100 && place >= special.length ? CROWDS[place - special.length] : undefined) ?? 0,
  }));
}

/** The owner first. */
function chooseMembers({ group, lin, crowd }: ReturnType<typeof planThreads>[number], random: Random): string[] {
  const others = random.shuffled(group.members.filter((user) => user !== 'lin'));
  if (crowd > 0) return [...(lin ? ['lin'] : []), ...others].slice(0, crowd);
  const chosen = others.slice(0, random.int(1, group.crowd));
  if (!lin) return chosen;
  return random.int(1, 3) === 1 ? ['lin', ...chosen] : [...chosen, 'lin'];
}

/** Most join within hours, some days later. */
function joinTime(created: number, random: Random): number {
  const late = random.int(1, 4) === 1 ? random.int(1, 9) * DAY : 0;
  return Math.min(created + late + random.int(1, 5 * HOUR), SEED_END - random.int(1, HOUR));
}

function addFreeMessages(state: SandboxState, random: Random): void {
  for (const { id, group_id } of SANDBOX_HINTS.freeMessages) state.addMessage({ id, kind: 'group', groupId: group_id });
  const soon = (): string => messageId(SEED_END - random.int(HOUR, 3 * DAY), random);
  for (let count = 0; count < MESSAGES_WITHOUT_THREAD; count++) {
    const { id } = PLANS[count % PLANS.length] ?? REFUNDS;
    state.addMessage({ id: soon(), kind: 'group', groupId: id });
  }
  // One of each kind that cannot have a thread.
  state.addMessage({ id: soon(), kind: 'single' });
  state.addMessage({ id: soon(), kind: 'in_thread', groupId: REFUNDS.id });
  state.addMessage({ id: soon(), kind: 'group', groupId: '990000000000001', foreign: true });
}

/** 15 digits, increasing with gaps, like the service's own. */
function countUp(random: Random): () => string {
  let last = 240_000_000_000_000;
  return () => {
    last += random.int(1_009, 999_983);
    return String(last);
  };
}

/** 19 digits in order of time; odd, so that no JSON number is exact. */
function messageId(at: number, random: Random): string {
  return String((BigInt(at) << 20n) | BigInt(random.int(0, 0x7ffff) * 2 + 1));
}
