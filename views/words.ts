const threads = (n: number): string => `${n} ${n === 1 ? 'thread' : 'threads'}`;

/** The words of one language. Its tag is for dates, the order of letters, and screen readers. */
const en = {
  tag: 'en',
  comma: ', ',
  colon: ': ',
  list: 'Threads',
  columns: {
    name: 'Name',
    group: 'Group',
    owner: 'Owner',
    created: 'Created',
    members: 'Members',
    user: 'User',
    status: 'Outcome',
  },
  nameless: 'name unknown',
  unverified: 'not verified',
  filter: 'Filter',
  select: 'Select',
  selectAll: 'Select all shown',
  more: 'Load more',
  back: 'Back to the list',
  count: (shown: number, loaded: number) => (shown === loaded ? threads(loaded) : `${shown} of ${loaded} loaded`),
  mayFollow: 'there may be more',
  unresolved: (n: number) => `${threads(n)} could not be read`,
  deleteSelected: (n: number) => `Delete selected (${n})`,
  tooMany: 'at most 50 can be deleted at once',
  delete: {
    act: (targets: number, _users: number) => `Delete ${threads(targets)}`,
    note: 'This cannot be undone. All messages are deleted too.',
    none: 'Nothing was deleted.',
  },
  remove: {
    act: (targets: number, users: number) =>
      `Remove ${users} ${users === 1 ? 'user' : 'users'} from ${threads(targets)}`,
    note: 'They stay in the group.',
    none: 'Nobody was removed.',
  },
  ask: '?',
  app: (app: string, host: string) => `App ${app} on ${host}`,
  keep: 'Keep',
  wait: 'Please wait…',
  useChat: 'The buttons do not work here. Please answer in the chat.',
  closed: 'This question is no longer open. Ask again in the chat.',
  again: 'Your answer did not arrive. Please choose again.',
  lost: 'This view could not find out what happened. Please ask in the chat.',
  cancelled: 'The call was cancelled.',
  failed: 'The call failed.',
  untried: 'There was no time for those not tried. To continue, ask in the chat.',
  tally: (n: number, status: string) => `${n} ${status}`,
  /** Others are read as they are: `not_tried` is "not tried". */
  statuses: { unknown: 'outcome unknown' } as Readonly<Record<string, string>>,
};

export type Words = typeof en;

const zh: Words = {
  tag: 'zh-CN',
  comma: '，',
  colon: '：',
  list: '子区',
  columns: {
    name: '名称',
    group: '群组',
    owner: '所有者',
    created: '创建时间',
    members: '成员数',
    user: '用户',
    status: '结果',
  },
  nameless: '名称未知',
  unverified: '未核实',
  filter: '筛选',
  select: '选择',
  selectAll: '全选当前显示的子区',
  more: '加载更多',
  back: '返回列表',
  count: (shown, loaded) => (shown === loaded ? `${loaded} 个子区` : `已加载 ${loaded} 个，显示 ${shown} 个`),
  mayFollow: '可能还有更多',
  unresolved: (n) => `${n} 个子区无法读取`,
  deleteSelected: (n) => `删除所选（${n}）`,
  tooMany: '一次最多删除 50 个',
  delete: {
    act: (targets) => `删除 ${targets} 个子区`,
    note: '无法撤销，所有消息也会一并删除。',
    none: '未删除任何子区。',
  },
  remove: {
    act: (targets, users) => `从 ${targets} 个子区移除 ${users} 名用户`,
    note: '这些用户仍留在群组中。',
    none: '未移除任何用户。',
  },
  ask: '？',
  app: (app, host) => `应用 ${app}，主机 ${host}`,
  keep: '保留',
  wait: '请稍候…',
  useChat: '此处的按钮不可用，请在聊天中回答。',
  closed: '此问题已关闭，请在聊天中重新提出。',
  again: '你的回答未送达，请重新选择。',
  lost: '此处无法得知结果，请在聊天中询问。',
  cancelled: '调用已取消。',
  failed: '调用失败。',
  untried: '部分对象因时间不足未处理。如需继续，请在聊天中提出。',
  tally: (n, status) => `${status} ${n}`,
  statuses: {
    deleted: '已删除',
    removed: '已移除',
    already_gone: '已不存在',
    failed: '失败',
    unknown: '结果未知',
    not_tried: '未处理',
    not_removed: '未移除',
    not_deleted: '未删除',
    not_deleted_yet: '尚未删除',
  },
};

/** @param status as the server names it */
export const statusWords = ({ statuses }: Words, status: string): string =>
  statuses[status] ?? status.replaceAll('_', ' ');

/**
 * Chinese where the host or the operator of the server speaks it.
 *
 * @param locale of the host, as BCP 47; the browser's where the host names none
 * @param served the language that the server gave the page
 */
export const wordsFor = (locale: string, served: string): Words =>
  /^zh\b/im.test(`${locale || navigator.language}\n${served}`) ? zh : en;
