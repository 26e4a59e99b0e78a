/*
 * The words of the Chinese README's tables, in the terms of the consoles and documents of 声网 and 环信. A tool without
 * words here fails the test of that page.
 */

export const kinds = { read: '读取', create: '新增', update: '修改', delete: '删除' } as const;

export const tools: Readonly<Record<string, string>> = {
  create_thread: '在群组的一条消息上创建子区，可同时添加成员',
  rename_thread: '修改子区名称，原名称被覆盖',
  delete_thread: '删除一个子区，子区内的消息一并删除，不可恢复',
  delete_threads: '一次删除 1–50 个子区：列出全部子区，只询问一次',
  restore_thread: '按最后记录重建已删除的子区：同一父消息、所有者、名称和成员；ID 和日期是新的，消息无法找回',
  find_threads: '在整个 App 中按名称、所有者、群组或创建时间查找子区',
  get_thread: '按子区 ID 获取名称、所有者、群组、父消息、创建时间和成员',
  find_groups: '按名称查找群组，或查找一个用户加入的群组',
  list_threads: '分页获取 App 下的所有子区，按创建时间排序；服务端只返回子区 ID',
  list_user_threads: '分页获取一个用户加入的所有子区，含名称、所有者、群组和日期',
  list_user_group_threads: '分页获取一个用户在指定群组中加入的子区',
  list_thread_members: '分页获取子区成员的用户 ID，按加入时间升序',
  add_thread_members: '把最多 100 名用户加入最多 50 个子区，一次最多 200 对；用户须已是相应群组的成员',
  remove_thread_members: '从最多 50 个子区移除最多 100 名用户，一次最多 200 对；仍保留在群组中',
};

export const prompts: Readonly<Record<string, string>> = {
  triage_user_threads: '梳理一个用户加入的子区，按需要处理的程度分类',
  find_stale_threads: '找出整个 App、一个群组或一个用户的旧子区，提出清理建议',
  report_on_group: '汇报一个群组的子区：多少个、所有者是谁、创建了多久',
};
