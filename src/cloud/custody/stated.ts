import type { Custody } from './asked.ts';

/*
 * What no call can answer: stated, each with where it is stated and of when. The words are the screen's.
 */

export const statedQuestions = ['holder', 'tenancy', 'fips', 'reach'] as const;
export type StatedQuestion = (typeof statedQuestions)[number];

export interface Stated {
  readonly custody: Custody;
  readonly question: StatedQuestion;
  /** Names the words of the answer. */
  readonly says:
    | 'awsHolds'
    | 'ownerKeepsCopy'
    | 'ownCluster'
    | 'outsideAws'
    | 'sharedHsms'
    | 'soleTenant'
    | 'ownersChoice'
    | 'level3'
    | 'ownersProof'
    | 'services'
    | 'libraries';
  readonly source: string;
}

/** Of when all of them are. */
export const statedAsOf = '2026';

/** KMS's HSMs (myths.md 1; specs.json hierarchy). */
export const fipsFacts = {
  level: 'FIPS 140-3 Security Level 3',
  before: 'FIPS 140-2 Level 3 since 2023',
  asOf: statedAsOf,
} as const;

// specs.json hierarchy.
const hierarchy = 'KMS Cryptographic Details';
// specs.json importedMaterial "durability".
const imports = 'KMS Developer Guide, “Importing key material”';
// specs.json origins, customKeyStores; exam_experience.md 39.
const stores = 'KMS Developer Guide, “Custom key stores”';
// myths.md 1 and 66.
const choosing = 'CloudHSM User Guide';
const throughKms = 'KMS Developer Guide, “Key stores”';
const validation = 'KMS Developer Guide, FIPS 140-3';

type Said = readonly [says: Stated['says'], source: string];
const all: Readonly<Record<Custody, Readonly<Record<StatedQuestion, Said>>>> = {
  awsOwned: inKms('awsHolds', hierarchy),
  awsManaged: inKms('awsHolds', hierarchy),
  customerManaged: inKms('awsHolds', hierarchy),
  imported: inKms('ownerKeepsCopy', imports),
  cloudHsmStore: {
    holder: ['ownCluster', stores],
    tenancy: ['soleTenant', stores],
    fips: ['ownersProof', stores],
    reach: ['services', throughKms],
  },
  externalStore: {
    holder: ['outsideAws', stores],
    tenancy: ['ownersChoice', stores],
    fips: ['ownersProof', stores],
    reach: ['services', throughKms],
  },
  cloudHsm: {
    holder: ['ownCluster', choosing],
    tenancy: ['soleTenant', choosing],
    fips: ['ownersProof', choosing],
    reach: ['libraries', choosing],
  },
};

function inKms(holder: Stated['says'], source: string): Readonly<Record<StatedQuestion, Said>> {
  return {
    holder: [holder, source],
    tenancy: ['sharedHsms', hierarchy],
    fips: ['level3', validation],
    reach: ['services', throughKms],
  };
}

export const statedOf = (custody: Custody, question: StatedQuestion): Stated => {
  const [says, source] = all[custody][question];
  return { custody, question, says, source };
};
