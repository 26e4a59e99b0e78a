import type { Where } from './where-found.ts';

/** The consoles of Agora (in Chinese Shengwang's) and Easemob show the same values under other names. */
export const inConsole = (field: string): Where => ({
  agora: {
    en: `Agora Console > project > Chat > Config (${field})`,
    zh: `声网控制台 > 即时通讯 IM > 功能配置（${field}）`,
  },
  easemob: { en: `Easemob console > application overview (${field})`, zh: `环信控制台 > 应用概览（${field}）` },
});
export const PROJECT: Where = { agora: { en: 'Agora Console > project overview', zh: '声网控制台 > 项目概览' } };
export const application = (field: string): Where => ({
  easemob: { en: `Easemob console > application overview (${field})`, zh: `环信控制台 > 应用概览（${field}）` },
});

export const TOKEN_SERVER: Where = {
  any: {
    en: 'your own token server, or the Agora Console as a temporary token',
    zh: '你的 Token 服务，或声网控制台（生成临时 Token）',
  },
};
export const REDIS_OPERATOR: Where = {
  any: { en: 'whoever runs Redis for your team; see docs/team.md', zh: '团队的 Redis 维护者（见 docs/team.zh-CN.md）' },
};
