import type { SettingGroup, SettingName } from './schema.ts';

/* What settings are, in the terms of the consoles and documents of 声网 and 环信: for the help and the Chinese README. */

export const groups: Readonly<Record<SettingGroup, string>> = {
  app: '指明 App',
  credentials: '凭证：只用一种，都不能写在命令行里',
  safety: '助手可以做什么',
  running: '如何运行',
  team: '供团队使用的服务：配合 serve --http',
};

export const meanings: Readonly<Record<SettingName, string>> = {
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
  AGORA_THREADS_TIMEOUT_MS: '单次 HTTP 请求的超时，毫秒；一次工具调用总共 45 秒',
  AGORA_THREADS_UNDOCUMENTED:
    '设为 1：使用官方文档中没有的接口：多提供 `list_group_threads`，`get_thread` 只需一次调用',
  AGORA_THREADS_LOG_LEVEL: '写到 stderr 的日志级别：`silent` `error` `warn` `info` `debug`',
};
