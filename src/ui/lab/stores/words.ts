export const storeWords = {
  title: 'Key stores',
  none: (region: string) =>
    `No key store in ${region}. A key store ties KMS to your own CloudHSM cluster or to a key manager outside AWS.`,
  create: 'CreateCustomKeyStore',
  types: { AWS_CLOUDHSM: 'CloudHSM cluster', EXTERNAL_KEY_STORE: 'external key store proxy' },
  error: (code: string) => `ConnectionErrorCode ${code}`,
  settles: (when: string) => `done ${when}`,
  behind: { cluster: 'The cluster behind it', proxy: 'The proxy behind it' },
  behindLead: 'Simulated. Break it and see what KMS says; mend it and connect again.',
  health: 'Health',
  hsms: 'Active HSMs',
  kmsuser: 'kmsuser',
  remove: 'DeleteCustomKeyStore',
} as const;
