import { quoted } from '../base/escape.ts';
import type { ProblemWords } from './problem-words-en.ts';

export const zh: ProblemWords = {
  notSet: { fault: '未设置' },
  unknown: (nearest) => ({
    fault: '不是本服务的设置项',
    hint: nearest === undefined ? '全部设置项见 agora-threads-mcp --help。' : `是否应为 ${nearest}？`,
  }),
  placeholder: (written) => ({
    fault: `是未替换的占位符 ${written.join(' 或 ')}`,
    hint: '在启动助手的环境里设置占位符中的变量，或直接写入值。',
  }),
  inputPlaceholder: {
    fault: `是未替换的占位符 \${input:...}`,
    hint: '只有 VS Code 会询问并替换它；用 doctor --config 检查时，请在当前终端里设置这一项。',
  },
  inQuotes: { fault: '的值带有引号，引号会被当作值的一部分', hint: '只写值本身。' },
  bothSet: (file) => ({ fault: `与 ${file} 同时设置了`, hint: '只保留其中一个。' }),

  mustBe: {
    yesOrNo: '只能是 1 或 0',
    oneOf: (values) => `只能是 ${values.join('、')} 之一`,
    wholeNumber: (from, to) => `必须是 ${from} 到 ${to} 之间的整数`,
    token: '必须只有值本身，写在一行里，前面不带“Bearer”',
    fullPath: '必须是绝对路径，如 /var/log/threads.jsonl 或 ~/threads.jsonl',
    hex32: '必须是 32 位十六进制数',
    appKey: '必须是 org#app 的形式，两部分都与控制台一致；写在 .env 文件里要加引号，否则 # 之后会被当作注释',
    pathPart: '必须是控制台显示的名称本身',
    host: '必须是域名，如 a1.easemob.com，可以带 https://，不能带路径',
    httpUrl: '必须是网址，如 https://threads.example.com/mcp',
    redisUrl: '必须是 Redis 地址：redis://host:port，或 rediss://user:password@host:port',
    replica: '必须是 1 到 32 个字母、数字或连字符',
    toolNames: '含有不存在的工具名',
  },
  proxy: { fault: '必须是 HTTP 代理的地址', hint: '写成 http://host:port。' },
  plainHttp: {
    fault: '使用的是 HTTP，网络上的任何人都能看到 Token：请改用 https；私有化部署可设 AGORA_CHAT_ALLOW_HTTP=1',
  },

  otherApp: (settings) => ({ fault: `与 ${settings.join('、')} 指的不是同一个 App`, hint: '只保留其中一方。' }),
  noAppNamed: { fault: '未设置，AGORA_APP_ID 也未设置：必须用其中一个指明是哪个 App' },

  noCredentials: (kinds, places) => ({
    fault: '未设置凭证',
    hint: `设置其中一种：${listed(kinds)}。在哪里找：${places.map(([setting, where]) => `${setting}：${where}`).join('；')}。`,
  }),
  twoCredentials: (kinds) => ({ fault: '设置了两种凭证', hint: `只保留其中一种：${listed(kinds)}。` }),
  appIdAgain: { fault: '的值与 App ID 相同', hint: '控制台里，App 证书就在 App ID 旁边。' },

  namesNoTool: { fault: '没有写任何工具名', hint: '要使用全部工具，去掉这一项即可。' },
  leftOut: (tools) => ({
    fault: `只写了 ${tools.join('、')}，而其他设置已将其排除`,
    hint: '设置 AGORA_THREADS_READ_ONLY 后不提供写操作的工具；未设置 AGORA_THREADS_UNDOCUMENTED=1 时不提供使用非公开接口的工具。',
  }),
  misspeltTool: (name, nearest) => ({ fault: `含有不存在的工具名 ${quoted(name)}`, hint: `是否应为 ${nearest}？` }),
  unknownTool: (tools) => ({ fault: '含有不存在的工具名', hint: `可用的工具有 ${tools.join('、')}。` }),

  file: {
    notRegular: '所指的不是普通文件',
    unreadable: (code) => `所指的文件无法读取（${code}）`,
    utf16: '所指的文件是 UTF-16 编码：请另存为 UTF-8',
    notBare: '所指的文件只能有一行，内容只能是密钥本身',
  },
};

const listed = (kinds: readonly (readonly [string, string])[]): string =>
  [...kinds.map(([one, other]) => `${one} 和 ${other}`), 'AGORA_CHAT_APP_TOKEN（现成的 App Token）'].join('；');
