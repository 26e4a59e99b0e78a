/**
 * The sandbox's one app and its credentials. They are printed in help texts and protect nothing: what stands behind
 * them is invented and in memory.
 */
export const SANDBOX = {
  orgName: 'acme',
  appName: 'helpdesk',
  /** 32 hex digits, as Agora's console shows them. */
  appId: 'fb59b7e2abbe6f6cd9bb9ac668bcada6',
  /** Signs AccessToken2 tokens for the App ID. */
  appCertificate: '4d4d5c598b3cbea1e2949afe408a85a2',
  /** A ready app token that never expires. */
  appToken: 'sandbox-app-token-of-acme-helpdesk',
  /** Easemob's way in: exchanged for a token at `/token`. */
  clientId: 'sandbox-client-id',
  clientSecret: 'easemob-secret-for-the-sandbox',
} as const;

/**
 * What to try first. It holds whatever seed the sandbox starts from: each group and user exists; each free message is
 * of its group and has no thread; its owner is a member of that group.
 */
export const SANDBOX_HINTS = {
  groups: [
    { id: '210000000000001', name: 'Refunds' },
    { id: '210000000000002', name: 'Shipping' },
    { id: '210000000000004', name: 'VIP 客户' },
  ],
  users: ['lin', 'wei', 'mia', 'tom'],
  freeMessages: [
    { id: '1882277349226622683', group_id: '210000000000001', owner: 'lin' },
    { id: '1882295621251386593', group_id: '210000000000002', owner: 'wei' },
    { id: '1882166312110556269', group_id: '210000000000004', owner: 'mia' },
  ],
} as const;
