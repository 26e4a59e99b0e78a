import { groups, meanings } from '../settings/meanings-zh.ts';
import type { HelpWords } from './help-words-en.ts';

export const zh: HelpWords = {
  titles: {
    usage: '用法',
    commands: '命令',
    flags: '选项',
    exitCodes: '退出码',
    examples: '示例',
    settings: '设置',
  },
  what: '：以 MCP 服务的方式管理 Agora Chat App 的子区',
  moreOfEach: (help) => `${help} 显示一个命令的详细说明。`,
  moreOfCall: (help) => `选项、退出码和示例见 ${help}。`,
  settingsFrom: [
    '用环境变量设置，或用 serve、call、export、tools、doctor 的选项设置；两者都有时以选项为准。',
    '什么都不设置时，使用内置沙箱。',
  ],
  settingsAre: (help) => `[SETTINGS] 是 ${help} 列出的设置选项，如 --host、--read-only。`,
  groups,
  meaning: ({ name }) => meanings[name].replace(/^设为 1：/, ''),
  withDefault: (meaning, value) => `${meaning}。默认 ${value}`,
  orItself: (file, name) => `${file}，或直接设 ${name}`,
  sentence: (text) => `${text}。`,

  commands: {
    serve: {
      summary: '在 stdin 和 stdout 上提供 MCP 服务，由助手启动（默认命令）',
      flags: {
        '--http': '改为通过 HTTP 供团队使用，路径为 /mcp',
        '--listen ADDRESS': '监听地址，默认 127.0.0.1；监听非本机地址必须配置 Token',
        '--port N': '端口，默认 8080',
      },
      notes: [
        '通过 HTTP 使用时，每人需要一个 Bearer Token（见 help token）；TLS 由反向代理负责。收到 SIGTERM 后，本服务在六秒内退出：未回答的确认按“未删除”结束，已发送的调用仍可能得到响应。',
      ],
    },
    call: {
      summary: '调用一个工具，用于脚本和 CI',
      flags: {
        '--json': '只输出一行结构化结果；出错时输出 {"error":{"code":"...","text":"..."}}，错误文本同时写到 stderr',
        '--confirm THREAD_ID': '重复写出要删除的子区 ID，删除前不再询问；多个 ID 可重复此选项，或用逗号分隔',
      },
      notes: [
        '参数值按参数的类型解析：文本、数字、true 或 false；ID 始终是文本。列表的各项用逗号分隔，或重复写这个参数；某一项本身含有逗号时，须用 JSON 形式。',
        '删除类工具会在终端里询问，只有回答 y 或 yes 才会删除。没有终端时必须加 --confirm，否则确认提示写到 stderr，不会删除任何内容。',
      ],
      exitCodes: {
        0: '完成，结果在 stdout',
        1: '工具失败（错误在 stderr）、被拒绝、只完成了一部分，或没有收到响应',
        2: '用法有误：命令行、参数或设置。未做任何更改',
        130: '用 Ctrl-C 取消。此前发送的请求可能已生效',
      },
    },
    export: {
      summary: '把所有子区导出到文件或 stdout',
      flags: {
        '--group ID': '只导出这个群组的子区',
        '--user ID': '只导出这个用户加入的子区',
        '--created-after TIME': 'ISO 日期或时间，含这一时刻；UTC',
        '--created-before TIME': 'ISO 日期或时间，不含这一时刻',
        '--members': '同时导出子区成员：每个子区至少多一次调用',
        '--format jsonl|csv': 'jsonl（默认）每行一个 JSON，值不作任何改动；csv 用于电子表格',
        '--bom': '在 CSV 开头写入 BOM，Excel 据此识别 UTF-8',
        '--out FILE': '写入一个新文件，只有你能读取；不会覆盖已有文件',
      },
      notes: [
        'jsonl 的第一行含 "type":"agora-threads-export"；之后每行一个 "thread"，或一个 "unresolved"，即在任何列表里都只查得到 ID 的子区（没有成员，或无法读取）；最后一行是 "end"，含 "complete"。没有最后一行，说明导出不完整。',
        "CSV 里以 = + - @（包括全角）、制表符、换行或 ' 开头的单元格，前面会加一个 '，以免电子表格把它当作公式；15 位及以上的 ID 也一样，否则会被当作数字而丢失末尾几位。去掉开头的一个 '，就是原值。",
        '群组或用户的子区取自成员的子区列表，没有成员的子区不在其中。只使用一半的调用频率。',
      ],
      exitCodes: {
        0: '完整',
        1: '失败，没有导出任何内容',
        2: '用法有误，或文件已存在',
        3: '不完整，见最后一行',
        130: '用 Ctrl-C 取消，没有最后一行',
      },
    },
    tools: {
      summary: '列出工具及其参数',
      flags: { '--json': '输出 tools/list 的响应，与助手得到的一样' },
      notes: ['写出 TOOL 时，显示它的全部说明（英文，与模型读到的一样）。'],
    },
    demo: { summary: '用内置沙箱演示一遍' },
    doctor: {
      summary: '检查设置、网络和服务端，并说明怎么改',
      flags: {
        '--config FILE':
          '按助手的 JSON 配置检查它启动的本服务：.mcp.json 或 .claude.json（Claude Code）、claude_desktop_config.json、.cursor/mcp.json、.vscode/mcp.json、opencode.json、.gemini/settings.json、.qwen/settings.json、mcp-config.json（Copilot CLI）',
        '--server NAME': '该文件里的服务名；有多个服务启动本程序时需要',
        '--json': '把所有检查结果输出为一个 JSON 对象（英文）',
        '--offline': '跳过所有网络检查',
      },
      notes: [
        '使用 --config 时，设置取自该文件，不取当前终端的；文件里由助手替换的变量，以及代理和证书，取当前终端的值。由 VS Code 询问的值，取当前终端里同名的设置。密钥不会显示。',
      ],
      exitCodes: {
        0: '一切正常',
        1: '访问服务端的检查没有通过',
        2: '本机的检查没有通过，或者命令行、配置文件有误',
        3: '没有发现问题，但只检查了沙箱：没有任何设置指明你的 App',
      },
    },
    sandbox: {
      summary: '单独运行一个沙箱，并输出连接它所需的设置',
      flags: {
        '--port N': '端口，默认选一个空闲的',
        '--faults FILE':
          '要模拟的故障，JSON 文件，如 [{"on":"list","kind":"status","status":403,"description":"thread not open."}]',
      },
      notes: [
        '每个故障含 "on"，即在哪个调用上发生（create、rename、delete、list、list_user、list_user_group、members、add_members、remove_members、token、get、list_group、list_groups、list_user_groups、list_joined_groups、group_members、get_groups、get_user，* 表示所有调用）；"kind"，即故障类型；还可以有 "times"（发生几次）和 "skip"（先放过几个请求）。',
        '请求不会生效的类型：status（配合 "status"，以及 "error"、"description"、"retry_after" 或 "body"）、rate_limit（配合 "retry_after"）、html（配合 "status"）、reset_before、no_answer_before、expired_token。请求会生效的类型：latency（配合 "ms"）、reset_after、no_answer、cut_body、empty_body、stuck_cursor。',
      ],
    },
    token: {
      summary: '为 serve --http 生成一个 Bearer Token，以及写进 Token 文件的一行',
      flags: {
        '--scopes read,write,delete': '持有者的权限：一个或多个，用逗号分隔，互不包含',
      },
      notes: [
        'Token 写到 stderr，只显示一次，本服务不保存。写进 Token 文件的一行写到 stdout：把它追加到 AGORA_THREADS_HTTP_TOKENS_FILE 指定的文件；正在运行的服务会在一秒内重新读取。',
        '一个名称可以有多个 Token，例如新旧各一个。要吊销某个 Token，删掉它的那一行。',
      ],
    },
    help: { summary: '显示全部命令和设置，或某个命令的说明；也可用 --help' },
    version: { summary: '显示版本；也可用 --version' },
  },
};
