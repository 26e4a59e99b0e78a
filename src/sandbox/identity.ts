/**
 * The sandbox's only app and its credentials. They appear in help texts and protect nothing: the data is invented and
 * kept in memory.
 */
export const SANDBOX = {
  orgName: 'acme',
  appName: 'helpdesk',
  /** 32 hex digits, as Agora's console shows them. */
  appId: 'fb59b7e2abbe6f6cd9bb9ac668bcada6',
  /** Signs AccessToken2 tokens. */
  appCertificate: '4d4d5c598b3cbea1e2949afe408a85a2',
  /** An app token that never expires. */
  appToken: 'sandbox-app-token-of-acme-helpdesk',
  /** Easemob's credentials, exchanged for a token at `/token`. */
  clientId: 'sandbox-client-id',
  clientSecret: 'easemob-secret-for-the-sandbox',
} as const;

/**
 * Ids to try first. They are valid for every seed: each group and user exists, each free message belongs to its group
 * and has no thread, and its owner is a member of that group.
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
