import { shortMaterial } from '../../format/text.ts';

/** Words of the key page's parts. */
export const keyWords = {
  parts: {
    overview: 'Overview',
    policy: 'Policy',
    access: 'Access',
    material: 'Material',
    importing: 'Import',
    grants: 'Grants',
    regions: 'Regions',
    public: 'Public key',
    signatures: 'Sign & verify',
    macs: 'MAC & verify',
    store: 'Key store',
    things: 'Hangs on it',
    cost: 'Cost',
    events: 'Events',
  },
  partsLabel: 'Parts of the key page',

  rotation: 'Rotation',
  automatic: (days: number) => `every ${days} d`,
  off: 'off',
  neverRotates: {
    class: (spec: string) =>
      `${spec} keys are never rotated by KMS. Make a new key and point the alias at it (UpdateAlias); keep the old one for what it closed.`,
    store: 'Material in a key store is not rotated by KMS.',
    external:
      'Imported material is not rotated automatically. Import new material (NEW_KEY_MATERIAL), then rotate on demand.',
    aws: 'KMS rotates AWS managed keys every year by itself. Nobody can change that.',
  },
  next: (day: string, when: string) => `Next on ${day}, ${when}.`,
  nextLabel: 'next',
  overdue: 'Its date came while the key could not rotate. It is made up for when the key is enabled again.',
  onDemand: (n: number) => `${n} of 25 rotations on demand used.`,
  inProgress: (when: string) => `A rotation on demand is under way; done ${when}.`,
  period: 'RotationPeriodInDays (90 to 2560)',
  effect:
    'Rotation changes nothing that one names: key ID, ARN, policy and aliases stay. New calls encrypt with the new material; all old material stays and decrypts. Data is not encrypted again.',
  timeline: (n: number, state: string) =>
    `${n === 1 ? '1 material' : `${n} materials`}, oldest first. ${state}`,
  materials: 'Key material',
  heads: { material: 'Material', state: 'State', since: 'Since', how: 'How', expires: 'Expires', do: 'Do' },
  first: 'first material',
  rotated: { AUTOMATIC: 'rotated automatically', ON_DEMAND: 'rotated on demand' },
  imported: 'imported',
  missing: 'not there: import it again',
  never: 'never',
  deleteMaterial: (id: string) => `DeleteImportedKeyMaterial ${shortMaterial(id)}`,
  noMaterial: 'No material yet. The key can do nothing until some is imported.',
  storeMaterial: 'The material is not in KMS: it lives in the key store.',

  grants: 'Grants',
  noGrants:
    'No grant. A grant lets one principal do named operations on this key, without any change of a policy.',
  createGrant: 'Create a grant',
  grantee: 'Grantee',
  retiring: 'retires',
  outsider: (account: string) => `another account, ${account}`,
  noName: 'no name',
  constraints: {
    EncryptionContextEquals: 'context equals',
    EncryptionContextSubset: 'context contains',
    SourceArn: 'source',
  },
  notYet: (when: string) => `counts without its token ${when}`,
  revoke: (id: string) => `RevokeGrant ${id.slice(0, 8)}`,
  retire: (id: string) => `RetireGrant ${id.slice(0, 8)}`,
  token: 'Grant token, shown this once',
  tokenUse:
    'With it the grant counts at once, before it is known everywhere. It waits on the shelf: the calls’ GrantTokens offer it. It is no secret and opens nothing for anybody else than the grantee.',

  regions: 'Regions',
  single:
    'A single-Region key. That was decided when it was made and cannot be changed; for another Region, make another key or a multi-Region key.',
  another: 'Create another key…',
  noKeyThere: 'no key there',
  sketch: 'A sketch by the names of the Regions, not a map of places.',
  shared:
    'Shared: key ID, material, spec, usage, rotation. Apart in each Region: policy, grants, aliases, tags, state.',
  primary: 'primary',
  replica: 'replica',
  here: 'this page',
  open: (region: string) => `Open the key in ${region}`,
  makePrimary: (region: string) => `UpdatePrimaryRegion ${region}`,
  replicate: 'Replicate into another Region',
  onlyPrimary: (region: string) => `Only the primary in ${region} can be replicated or rotated.`,
  lanes: (n: number, primary: string) => `${n} Regions hold this key; ${primary} is primary.`,

  publicLead: 'It is no secret. Whoever has it can use it without KMS, without a network and without a bill.',
  getPublic: 'GetPublicKey',
  forms: { pem: 'PEM', jwk: 'JWK', der: 'DER' },
  save: (what: string) => `Save ${what}`,
  noJwk: (spec: string) => `No JWK: there is no settled form for ${spec} that this browser writes.`,
  openssl: 'With OpenSSL',
  forAlgorithm: 'For signatures or ciphertexts of',
  noOpenSsl: (algorithm: string) => `OpenSSL has no line that checks ${algorithm} as KMS makes it.`,
  sizes: 'Sizes beside the others',
  sizeHeads: { spec: 'Spec', publicKey: 'Public key', output: 'Signature or secret' },
  bytes: (n: number) => `${n.toLocaleString('en-US')} B`,
  postQuantum: 'post-quantum',

  keyEvents: (n: number) => (n === 1 ? '1 event of this key' : `${n} events of this key`),
  noEvents: 'No event names this key.',
  ofLast: (n: number) => `among the last ${n} of this world`,

  storeLead:
    'The material of this key is outside KMS. When the store is not connected, the key is Unavailable.',
} as const;
