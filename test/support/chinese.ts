import type { SettingName } from '../../src/settings/schema.ts';

/*
 * The words of the Chinese README's tables, in the terms of the consoles and documents of 声网 and 环信. A tool or setting
 * without words here fails the test of that page.
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

export const settings: Readonly<Record<SettingName, string>> = {
  AGORA_CHAT_HOST: 'REST API 域名（访问域名），带不带 `https://` 均可，如 `a1.easemob.com`',
  AGORA_CHAT_APP_KEY: 'App Key，即 `org#app`',
  AGORA_CHAT_ORG_NAME: 'App Key 的前一半（OrgName），代替 `AGORA_CHAT_APP_KEY`',
  AGORA_CHAT_APP_NAME: 'App Key 的后一半（AppName）',
  AGORA_APP_ID: '声网 App ID，32 位十六进制；未设 App Key 时请求路径用 `app-id` 形式',
  AGORA_CHAT_APP_TOKEN: '现成的 App Token（不是用户 Token）',
  AGORA_APP_CERTIFICATE: '声网 App 证书，与 `AGORA_APP_ID` 配合：在本机生成 App Token 并自动更新',
  EASEMOB_CLIENT_ID: '环信 Client ID，与 `EASEMOB_CLIENT_SECRET` 配合：换取 App Token 并自动更新',
  EASEMOB_CLIENT_SECRET: '环信 Client Secret',
  AGORA_CHAT_ALLOW_HTTP: '设为 1：允许对非本机地址使用 HTTP，仅供私有化部署',
  AGORA_THREADS_SANDBOX: '设为 1：始终使用内置沙箱，忽略其他 App 设置',
  AGORA_THREADS_READ_ONLY: '设为 1：只提供读取类工具',
  AGORA_THREADS_TOOLS: '工具名，逗号分隔：只提供这些工具',
  AGORA_THREADS_AUDIT_LOG: '审计日志文件：每次写操作记两行 JSON，发送前一行，完成后一行',
  AGORA_THREADS_MAX_DELETES: '任意 60 分钟内最多删除的子区数：防止误操作，不是安全边界',
  AGORA_THREADS_LANG: '给人看的内容（确认提示、视图、终端、`doctor`）的语言：`en` 或 `zh`',
  AGORA_THREADS_CONFIRM:
    '删除前如何确认：`auto`（先用表单，其次在视图里点击，再次用确认码）、`person`（只能由人确认，否则拒绝）、`code`（确认码）',
  AGORA_THREADS_RATE_LIMIT: '每个接口每秒最多调用次数；不超过 10 时所有接口共用（Agora 国际站免费版为 10）',
  AGORA_THREADS_REDIS_URL:
    'Redis 地址，同一 App 的所有进程在其中共用调用频率配额：`redis://`，或经 TLS 的 `rediss://user:password@host:port`',
  AGORA_THREADS_HTTP_URL: '助手连接时使用的地址：请求的主机名或网页来源不符时拒绝；本机地址始终允许',
  AGORA_THREADS_HTTP_TOKENS_FILE:
    'Token 文件，每行一个 Bearer Token，由 `token` 命令生成；没有有效 Token 的请求会被拒绝',
  AGORA_THREADS_REPLICA: '反向代理后有多个进程时，本进程的名称：会话 ID 以它开头',
  AGORA_THREADS_TIMEOUT_MS: '单次 HTTP 请求的超时，毫秒',
  AGORA_THREADS_UNDOCUMENTED:
    '设为 1：使用官方文档中没有的接口：多提供 `list_group_threads`，`get_thread` 只需一次调用',
  AGORA_THREADS_LOG_LEVEL: '写到 stderr 的日志级别：`silent` `error` `warn` `info` `debug`',
};
