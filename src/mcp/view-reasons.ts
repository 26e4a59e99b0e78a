import * as z from 'zod';
import { errorsZh } from '../present/errors-zh.ts';
import type { No } from '../toolkit/confirmation-words.ts';
import type { Reason } from '../toolkit/define-tool.ts';

/** How a question ended without a yes. */
const NO_ZH: Readonly<Record<No, string>> = {
  declined: '用户拒绝了。',
  declined_at_once: '确认提示一秒之内就被拒绝，客户端可能无人值守。',
  dismissed: '确认提示被关闭，没有回答。',
  not_ticked: '提交了表单，但没有勾选。',
  timed_out: '5 分钟内没有人回答。',
  failed: '客户端无法显示确认提示，或返回的不是回答。',
  server_ending: '本服务正在退出，确认提示已撤回。',
  no_way_to_ask: '客户端既不支持表单，也不支持视图，而本服务只接受由人确认。',
};
/** The only reasons for which a yes to one thread leads to nothing. */
const NOT_AS_SHOWN_ZH = '确认之后，发现子区已改名，或无法核实名称，因此没有处理。';
/** Reasons of rows that have no code, by how they begin. */
const WITHOUT_CODE_ZH = {
  'not sent': '因前面的失败而未发送',
  'the answer was lost': '没有收到响应',
  'the service said nothing': '服务端没有给出该用户的结果',
};

const withReasons = z.object({
  status: z.unknown(),
  confirmed_by: z.unknown(),
  results: z.array(z.object({ error: z.string().optional() })).catch([]),
});

/**
 * The reasons in a result in Chinese, by the English that they stand for: the page draws these where it is Chinese, and has
 * no room for all of them.
 *
 * @param text of the whole result
 * @param reason why the call failed or was not confirmed
 */
export function reasonsInChinese(
  text: string,
  structured: unknown,
  reason?: Reason,
): Record<string, string> | undefined {
  const { status, confirmed_by, results = [] } = withReasons.safeParse(structured).data ?? {};
  const isNotAsShown = status === 'declined' && confirmed_by !== undefined;
  const whole = reason === undefined ? isNotAsShown && NOT_AS_SHOWN_ZH : inChinese(reason);
  const rows = results.flatMap(({ error }) => {
    const words = error && rowInChinese(error);
    return words ? [[error, words] as const] : [];
  });
  const all = Object.fromEntries([...rows, ...(whole ? [[text, whole] as const] : [])]);
  return Object.keys(all).length === 0 ? undefined : all;
}

function inChinese(reason: Reason): string {
  if ('no' in reason) return NO_ZH[reason.no];
  const [meaning, remedy] = errorsZh[reason.error];
  return `${meaning}。${remedy}。`;
}

/** The reason of a row begins with its code. */
function rowInChinese(error: string): string | undefined {
  const byCode = Object.entries(errorsZh).find(([code]) => error.startsWith(`${code}: `));
  if (byCode) return byCode[1][0];
  return Object.entries(WITHOUT_CODE_ZH).find(([start]) => error.startsWith(start))?.[1];
}
