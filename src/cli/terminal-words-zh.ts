import type { TerminalWords } from './terminal-words-en.ts';

export const zh: TerminalWords = {
  question: (label) => `${label}？`,
  noTerminal: (flag) => `未做任何更改：没有可供确认的终端。要继续，请加上 ${flag}`,
  answeredNo: '未做任何更改：回答为“否”。',
  cancelled: '已取消。',
  cancelledBefore: '已取消，未做任何更改。',
  cancelledAfter: '已取消。此前发送的请求可能已生效。',
  exchangedAnew:
    'agora-threads-mcp call：每次调用都会用 Client Secret 换取新的 Token，换取太频繁会被服务端封禁。要多次调用，请先获取一个 Token，设为 AGORA_CHAT_APP_TOKEN。',
  export: {
    cost: (perSecond, seconds) =>
      `--members 要为每个子区读取一次成员列表，成员超过 50 名时多次；每秒 ${perSecond} 次调用，1,000 个子区至少需要 ${seconds} 秒。`,
    progress: (threads, calls) => `${threads} 个子区，${calls} 次调用`,
    exported: (threads, app, unresolved, calls) =>
      `已导出 App ${app} 的 ${threads} 个子区${unresolved === 0 ? '' : `，另有 ${unresolved} 个只查得到 ID`}，共 ${calls} 次调用。`,
    complete: '导出完整。',
    incomplete: (why) => `导出不完整${why === undefined ? '' : `（${why}）`}。`,
    cancelled: '已取消：导出的内容不完整，没有最后一行。',
    nothing: (why, fix) => `没有导出任何内容（${why}）。${fix}`,
  },
  token: (subject) => `${subject} 的 Token，只显示这一次：`,
  sandbox: {
    listening: (url) => `沙箱已单独运行，地址 ${url}`,
    data: '数据都是虚构的，只在内存里，退出（Ctrl-C）后即消失。',
    settings: '用下面的设置连接它。凭证有三种，任选一种粘贴。',
    credentials: {
      token: 'App Token',
      certificate: 'App ID 和 App 证书，与声网控制台一致',
      client: 'Client ID 和 Client Secret，与环信控制台一致',
    },
    json: '助手的 JSON 配置',
    toTry: (users, groups, message, group, owner) =>
      `可以试用：用户 ${users}\n          群组 ${groups}\n          消息 ${message}，在群组 ${group}，所有者 ${owner}`,
  },
  demo: {
    title: 'agora-threads-mcp，使用内置沙箱。缩进的部分是模型读到的内容（英文）。',
    find: '1. 在整个 App 里按名称查找子区：',
    noLoopback: '演示到此结束：沙箱要用本机的回环地址 127.0.0.1，而这台机器不允许使用。',
    orders: '2. 子区名称由 App 的用户填写。其中一个名称在下命令；它会加上引号，仍然只是名称：',
    delete: '3. 删除它。本服务问的是人，不是模型：',
    restore: '4. 改主意了？重建这个子区，但消息无法找回：',
    kept: '4. 没有回答“是”，就什么都不删除。',
    next: '下一步：README.zh-CN.md 有助手的配置，docs/credentials.zh-CN.md 说明如何接入自己的 App。',
    noTerminal: '没有可供确认的终端：演示自动回答“是”。',
    question: '删除它？',
  },
};
