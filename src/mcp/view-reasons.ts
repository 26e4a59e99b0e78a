import { redact } from '../base/redact.ts';
import type { RowReason } from '../present/error-words.ts';
import { errorsZh } from '../present/errors-zh.ts';
import type { No } from '../toolkit/confirmation-words.ts';
import type { Reason, ToolResult } from '../toolkit/define-tool.ts';

/** How a question ended without a yes. */
const NO_ZH: Readonly<Record<No, string>> = {
  declined: '用户拒绝了。',
  declined_at_once: '确认提示一秒之内就被拒绝，客户端可能无人值守。',
  dismissed: '确认提示被关闭，没有回答。',
  not_ticked: '提交了表单，但没有勾选。',
  timed_out: '5 分钟内没有人回答。',
  failed: '客户端无法显示确认提示，或返回的内容无效。',
  server_ending: '本服务正在退出，确认提示已撤回。',
  no_way_to_ask: '客户端既不支持表单，也不支持视图，而本服务只接受由人确认。',
};

/** Why a row is as it is: its meaning, and for an error what to do. */
const ROW_ZH: Readonly<Record<RowReason['code'], readonly [meaning: string, remedy?: string]>> = {
  ...errorsZh,
  not_sent: ['因前面的失败而未发送'],
  answer_lost: ['没有收到响应'],
  nothing_said: ['服务端没有给出该用户的结果'],
};

/**
 * The reasons in a result in Chinese, by the English that they stand for: the page draws these where it is Chinese, and has
 * no room for all of them.
 */
export function reasonsInChinese({ text, because, rowReasons = [] }: Omit<ToolResult, 'structured'>) {
  const rows = rowReasons.map(({ words, code }) => [words, ROW_ZH[code][0]] as const);
  const whole = because ? [[text, inChinese(because)] as const] : [];
  const all = [...rows, ...whole];
  // The last gate takes secrets out of values, not out of names.
  return all.length === 0 ? undefined : Object.fromEntries(all.map(([english, zh]) => [redact(english), zh]));
}

function inChinese(reason: Reason): string {
  if ('no' in reason) return NO_ZH[reason.no];
  const [meaning, remedy] = errorsZh[reason.error];
  return `${meaning}。${remedy}。`;
}
