import {
  cellOf,
  keySpecNames,
  keySpecs,
  operations,
  operationsWithStates,
  quotaOf,
  resourceLimits,
} from '../client/index.ts';

/** A table to print, read from the tables that the engine itself decides by: it cannot say anything else. */
export interface Sheet {
  readonly id: 'states' | 'accounts' | 'exceptions' | 'keys' | 'rates' | 'limits';
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

const states = [
  'Enabled',
  'Disabled',
  'PendingDeletion',
  'PendingImport',
  'PendingReplicaDeletion',
  'Unavailable',
  'Creating',
  'Updating',
] as const;

const cell = (operation: string, state: (typeof states)[number]): string => {
  const found = cellOf(operation, state);
  if (found === undefined || found === 'n/a') return '–';
  if (found === 'ok') return 'yes';
  if ('conditional' in found) return 'depends';
  return found.refused.map((name) => name.replace('Exception', '')).join(', ');
};

/** One Region of each size of quota: of the largest, of the middle, and of all others. */
const sizes = ['us-east-1', 'eu-central-1', 'eu-west-3'] as const;
/** One key spec of each kind that has a bucket of its own, by what the operation needs. */
const usedWith: Readonly<Record<string, readonly string[]>> = {
  Encrypt: ['SYMMETRIC_DEFAULT', 'RSA_2048'],
  Decrypt: ['SYMMETRIC_DEFAULT', 'RSA_2048'],
  ReEncrypt: ['SYMMETRIC_DEFAULT', 'RSA_2048'],
  Sign: ['RSA_2048', 'ECC_NIST_P256', 'ML_DSA_65'],
  Verify: ['RSA_2048', 'ECC_NIST_P256', 'ML_DSA_65'],
  DeriveSharedSecret: ['ECC_NIST_P256'],
  Encapsulate: ['ML_KEM_768'],
  Decapsulate: ['ML_KEM_768'],
  GenerateDataKeyPair: ['RSA_2048', 'RSA_3072', 'RSA_4096', 'ECC_NIST_P256'],
  GenerateDataKeyPairWithoutPlaintext: ['RSA_2048', 'RSA_3072', 'RSA_4096', 'ECC_NIST_P256'],
};
const most = new Intl.NumberFormat('en').format;

/** Buckets that several operations share have a name in words, and come first. */
const shared = (bucket: string): number => Number(bucket.includes(' '));

/** Buckets of requests a second: whatever shares one stands in one row. */
function rateRows(): readonly (readonly string[])[] {
  const buckets = new Map<string, { readonly names: Set<string>; readonly rates: readonly number[] }>();
  const note = (operation: string, spec?: string): void => {
    const [first, ...rest] = sizes.map((region) => quotaOf(operation, region, spec));
    if (!first) return;
    const rates = [first, ...rest].map(({ rate }) => rate);
    const row = buckets.get(first.bucket) ?? { names: new Set<string>(), rates };
    buckets.set(first.bucket, row);
    row.names.add(operation);
  };
  for (const { name } of operations) (usedWith[name] ?? [undefined]).forEach((spec) => note(name, spec));
  return [...buckets]
    .map(([bucket, { names, rates }]) => [
      bucket,
      ...rates.map((rate) => most(rate)),
      // A bucket of one operation has its name.
      names.size === 1 && names.has(bucket) ? '–' : [...names].sort().join(', '),
    ])
    .sort(([a = ''], [b = '']) => shared(b) - shared(a) || (a < b ? -1 : 1));
}

export function makeSheets(): readonly Sheet[] {
  const all = [...operations].sort((a, b) => (a.name < b.name ? -1 : 1));
  return [
    {
      id: 'states',
      head: ['Operation', ...states],
      rows: [...operationsWithStates]
        .sort()
        .map((name) => [name, ...states.map((state) => cell(name, state))]),
    },
    {
      id: 'accounts',
      head: ['Operation', 'Across accounts', 'Plane', 'CloudTrail readOnly'],
      rows: all.map((o) => [
        o.name,
        o.worksAcrossAccounts ? 'yes' : 'no',
        o.plane,
        o.readOnly ? 'true' : 'false',
      ]),
    },
    {
      id: 'exceptions',
      head: ['Operation', 'Refusals of its own'],
      rows: all.filter((o) => o.refusals.length > 0).map((o) => [o.name, o.refusals.join(', ')]),
    },
    {
      id: 'keys',
      head: ['Key spec', 'Kind', 'Usages', 'Algorithms', 'Importable'],
      rows: keySpecNames.map((name) => {
        const spec = keySpecs[name];
        const algorithms = [spec.encryption, spec.signing, spec.mac, spec.agreement, spec.encapsulation];
        return [
          name,
          spec.class,
          spec.usages.join(', '),
          algorithms.flatMap((list) => list ?? []).join(', '),
          spec.importable ? 'yes' : 'no',
        ];
      }),
    },
    {
      id: 'rates',
      head: ['Requests a second', ...sizes, 'Counts'],
      rows: rateRows(),
    },
    {
      id: 'limits',
      head: ['What', 'At most', 'Beyond it'],
      rows: limitRows(),
    },
  ];
}

/** Resource quotas, and the sizes of what one request takes. */
function limitRows(): readonly (readonly string[])[] {
  const l = resourceLimits;
  const quota = 'LimitExceededException';
  const request = 'ValidationException';
  return [
    [
      'Customer managed keys in an account and Region, replicas included',
      most(l.keysPerAccountAndRegion),
      quota,
    ],
    ['Custom key stores in an account and Region', most(l.storesPerAccountAndRegion), quota],
    ['Aliases of a key', most(l.aliasesPerKey), quota],
    ['Grants on a key', most(l.grantsPerKey), quota],
    ['Rotations of a key on demand', most(l.onDemandRotationsPerKey), quota],
    ['Bytes of a key policy', most(l.keyPolicyDocumentBytes), quota],
    ['Tags of a key', most(l.tagsPerKey), 'TagException'],
    ['Bytes that Encrypt takes with a symmetric key', most(l.maxPlaintext), request],
    ['Bytes of a ciphertext', most(l.maxBlob), request],
    [
      'Days before a key is deleted',
      `${l.deletionDays.min} to ${l.deletionDays.max}; ${l.deletionDays.default} unless said`,
      request,
    ],
  ];
}
