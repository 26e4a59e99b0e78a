import type { ErrorCode, Unreadable } from '../agora/errors.ts';
import type { VendorCode } from '../agora/vendor-rows.ts';
import type { OwnCode } from '../base/error-codes.ts';

/*
 * Each code that an error can begin with, in Chinese: what it means and what to do. Of the doctor, the export, the view,
 * and docs/troubleshooting.zh-CN.md.
 */

type Words = readonly [meaning: string, remedy: string];

export const vendorErrors: Readonly<Record<VendorCode, Words>> = {
  limit_out_of_range: ['每页数量超出服务端允许的 1–50', '把 limit 设为 1 到 50'],
  too_many_users: ['一次请求最多 10 名用户', '减少用户后再调用'],
  name_too_long: ['子区名称超过 64 个字符（一个表情可能算两个）', '缩短名称'],
  not_a_group_message: ['子区只能建在群消息上，这条不是群消息', '换成群里发送的消息的 ID'],
  message_of_other_app: ['消息属于另一个 App', '检查 msg_id，以及本服务配置的是不是这个 App'],
  message_of_other_group: ['消息是在另一个群里发送的', '把 group_id 换成消息所在的群'],
  thread_nested: ['这条消息本身就在子区里，子区不能嵌套', '换成群里的消息'],
  thread_exists: ['这条消息已经有子区，一条消息只能有一个', '在该群成员的子区列表里找到它'],
  threads_not_enabled: [
    'App 没有开通子区功能',
    '到控制台开通：声网控制台 > 即时通讯 IM > 功能配置；环信控制台的应用功能配置（见 docs/credentials.zh-CN.md），或联系环信商务',
  ],
  app_thread_limit: ['App 的子区数达到套餐上限（默认 100,000）', '删掉不用的子区，或申请提高上限'],
  user_thread_limit: ['用户加入的子区数达到上限（默认 100,000）', '换一名用户，或从不用的子区移除该用户'],
  user_not_in_group: ['用户不是群成员', '换成群成员'],
  message_not_found: ['消息不存在，也可能已过保存期', '检查 msg_id：19 位数字，写成字符串'],
  group_not_found: ['群组不存在', '检查 group_id'],
  thread_not_found: ['子区不存在：已被删除，或 ID 有误', '重新查询，取得当前的 ID'],
  token_expired: ['App Token 已过期', '换一个新的（由本服务生成或换取的会自动更新）'],
  token_of_other_app: ['App Token 已损坏，或属于别的 App、别的数据中心', '检查 Token、App 和 AGORA_CHAT_HOST 是否一致'],
  app_not_found: [
    '服务端没有这个 App：App Key 或 App ID 有误，或 App 在另一个数据中心',
    '对照控制台检查 AGORA_CHAT_APP_KEY（或 AGORA_APP_ID）和 AGORA_CHAT_HOST',
  ],
  user_or_group_not_found: ['服务端找不到这个用户、群组或子区', '检查 ID；用户 ID 区分大小写'],
  rate_limited: ['调用过于频繁', '稍后再试；限额与线上用户共用'],
  quota_exceeded: ['超出套餐的配额', '到控制台查看套餐和配额'],
  body_not_accepted: ['服务端读不懂请求', '检查参数；参数无误请反馈'],
  invalid_request: ['服务端认为请求格式有误', '按服务端的提示检查参数'],
  forbidden: ['服务端不允许对这个群组或子区做这项操作', '检查子区、群组和用户是否对应'],
  unsupported_operation: ['服务端不支持这项操作', '检查 AGORA_CHAT_HOST 是不是 REST API 域名'],
  unauthorized: ['服务端不接受这个 Token，或权限不够', '检查凭证：须是这个 App 的 App Token，不是用户 Token'],
  method_not_allowed: ['该地址不接受这种 HTTP 方法', '检查 AGORA_CHAT_HOST，以及代理是否改动了请求'],
  server_timeout: ['服务端等待请求超时', '稍后再试'],
  body_too_large: ['请求过大', '减少内容或条目'],
  media_type_not_accepted: ['该地址或代理不接受 JSON', '检查 AGORA_CHAT_HOST 和代理'],
  not_implemented: ['服务端不认识这种 HTTP 方法', '检查 AGORA_CHAT_HOST 是不是 REST API 域名'],
  redirected: ['服务端要求跳转；Token 不会发往别处', '把 AGORA_CHAT_HOST 设为最终的域名，使用 https'],
  address_not_found: ['该地址有响应，但不是即时通讯服务', '检查 AGORA_CHAT_HOST 和 App Key 或 App ID'],
  server_error: ['服务端或网关出错', '稍后再试；一直如此请查看服务状态'],
  refused: ['服务端拒绝了请求，原因不明', '按服务端的提示检查参数'],
};

export const ownErrors: Readonly<Record<OwnCode, Words>> = {
  bad_arguments: ['参数缺失、多余或超出范围，错误里写明是哪一个', '改正后再调用；ID 是加引号的数字'],
  bad_cursor: ['游标损坏，或属于另一次查询', '去掉 cursor 从头查；之后原样传入 next_cursor'],
  bad_path_part: ['ID 或用户 ID 为空，或是 . 与 ..，不能放进地址', '检查 ID'],
  not_configured: ['设置缺失或有误，或读不到密钥文件，错误里写明是哪一项', '在助手的配置里改正，然后重启'],
  bad_credentials: [
    '无法生成 Token，或服务端不接受 Client ID 和 Client Secret',
    '从控制台重新复制，检查是否属于这个 App 和数据中心',
  ],
  token_exchange_too_soon: ['距上次换取 Token 不到一分钟；换取太频繁会被封禁', '等一分钟再试；反复出现请检查凭证'],
  audit_failed: ['写不了审计日志，因此没有发送任何请求', '检查 AGORA_THREADS_AUDIT_LOG 的文件、目录和磁盘空间'],
  cap_reached: ['最近 60 分钟的删除额度不够，没有询问任何人', '稍后再试，或提高 AGORA_THREADS_MAX_DELETES'],
  renamed: ['确认提示发出之后子区改了名，因此没有删除', '再调用一次，确认提示里会是新名称'],
  name_not_checked: ['无法核对子区名称，因此没有删除', '再调用一次，确认提示里会标明“未核实”'],
  local_rate_limit: ['等不到本服务的调用名额', '减少同时的调用，或在套餐允许时提高 AGORA_THREADS_RATE_LIMIT'],
  out_of_time: ['一次调用的 45 秒不够用；写操作会说明是否可能已生效', '再调用一次，重新计时'],
  user_not_found: ['服务端没有这个用户', '检查用户 ID：没有大写字母'],
  server_ending: ['本服务正在退出', '稍后再试'],
  internal_error: ['本服务的故障', '先查看实际状态，再附上参数反馈'],
  host_not_found: ['域名或代理的主机名无法解析', '检查 AGORA_CHAT_HOST、代理和 DNS'],
  connection_refused: ['连接被拒绝，该地址和端口上没有服务', '检查 AGORA_CHAT_HOST、端口和代理'],
  connection_timed_out: ['连接超时', '检查网络、防火墙和代理：须能访问 443 端口'],
  network_unreachable: ['网络不可达', '检查网络'],
  connection_lost: ['还没收到响应，连接就断了', '稍后再试'],
  tls_error: ['TLS 证书不受信任', '检查 AGORA_CHAT_HOST；自建 CA 用 NODE_EXTRA_CA_CERTS 指定'],
  proxy_refused: ['代理不允许访问该地址', '检查 HTTPS_PROXY、代理的账号和 NO_PROXY'],
  timed_out: ['等不到响应', '稍后再试；网络慢时调大 AGORA_THREADS_TIMEOUT_MS'],
  unreadable_answer: [
    '响应不是服务端应有的内容：被截断、是 HTML，或格式不同',
    '先查看实际状态再重试；检查 AGORA_CHAT_HOST 和中间的网关',
  ],
};

/** Why an answer cannot be read. */
export const unreadableZh: Readonly<Record<Unreadable, string>> = {
  status: 'HTTP 状态码无效',
  empty: '内容为空',
  not_json: '不是 JSON',
  error_in_success: '状态码表示成功，内容却是错误',
  undocumented: '格式与官方文档不符',
  too_large: '内容过大',
  cut_short: '内容不完整',
  other_thread: '内容属于另一个子区',
  other_group: '含有其他群组的子区',
};

export const errorsZh: Readonly<Record<ErrorCode, Words>> = { ...vendorErrors, ...ownErrors };
