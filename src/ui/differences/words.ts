/** The words of the page "Differences from AWS". */
export const words = {
  title: 'Differences from AWS',
  lead: (n: number, files: number) =>
    `KMS Lab follows AWS’s documentation and recorded behaviour. Where both are silent it has to invent, and where the real thing would teach nothing it is made simpler. Every such place carries a mark in the code: these are all ${n} marks, from ${files} files.`,
  care: 'Do not rely on anything here in a real account, and do not learn it for an exam.',
  search: 'Search the differences',
  placeholder: 'text, operation or file',
  clear: 'Show all',
  found: (n: number, all: number) => (n === all ? `${all} differences` : `${n} of ${all} differences`),
  nothing: (query: string) => `Nothing here speaks of “${query}”.`,
  groups: 'Groups',
  inCode: 'In the code',
} as const;

export interface Group {
  readonly id: string;
  readonly name: string;
  /** Areas of the generated list; a group without is for what no other takes. */
  readonly areas?: readonly string[];
}

/** In the order in which they are shown. Operations are areas of AWS's names, which begin with a capital. */
export const groups: readonly Group[] = [
  { id: 'operations', name: 'Operations of the API' },
  { id: 'call', name: 'On the way of every call' },
  {
    id: 'permissions',
    name: 'Permissions',
    areas: ['policy', 'grants', 'callerSide', 'managedPolicies', 'organizations', 'authorize', 'access'],
  },
  {
    id: 'keys',
    name: 'Keys, material and cryptography',
    areas: [
      ...['crypto', 'hsm', 'cipher', 'ciphertext', 'imports', 'materialState', 'placeMaterial', 'rotation'],
      ...['keySpecs', 'keyStores', 'keyStoreAddresses', 'awsManaged', 'usage', 'recipient', 'advance'],
      ...['dataKey', 'dataKeyPair', 'mac', 'asymmetric', 'multiRegion', 'machines'],
    ],
  },
  { id: 'measures', name: 'Quotas and the trail', areas: ['quota', 'audit', 'trailFacts'] },
  { id: 'cloud', name: 'What stands around KMS', areas: ['cloud'] },
  {
    id: 'lab',
    name: 'The lab itself',
    areas: ['client', 'store', 'flows', 'visuals', 'study', 'ui', 'app'],
  },
];

/** Areas that have a name of their own, not AWS's and not that of a file. */
export const areaNames: Readonly<Record<string, string>> = {
  policy: 'Policies',
  grants: 'Grants',
  crypto: 'Cryptography',
  quota: 'Quotas',
  audit: 'CloudTrail',
  cloud: 'IAM, STS, Organizations and services',
  client: 'Worlds, history and files',
  store: 'Storage',
  flows: 'Scenes',
  study: 'Questions and study',
  ui: 'Screens',
  handle: 'Order of the stages',
  hsm: 'HSM',
  rotation: 'Rotation',
  imports: 'Imported material',
  keyStores: 'Custom key stores',
  awsManaged: 'AWS managed keys',
  keySpecs: 'Key specs',
  callerSide: 'The caller’s account',
  managedPolicies: 'Managed policies',
  pages: 'Pages of a list',
  shapes: 'Shape of requests',
  usage: 'Key usage',
  advance: 'What time brings',
  recipient: 'Attestation',
  cipher: 'Encryption',
};
