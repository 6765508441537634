import type { Around } from '../../../client/index.ts';

type Custody = Around['custodies'][number];
type Question = Around['questions'][number];

/** Words of the comparison of custodies. */
export const custodyWords = {
  title: 'Custody',
  lead: 'Who holds the key, and what may you do with it? Each cell is a call that was made a moment ago, in a world of its own.',
  making: 'Making a key of each kind, and asking…',
  question: 'Question',
  custodies: {
    awsOwned: 'AWS owned',
    awsManaged: 'AWS managed',
    customerManaged: 'Customer managed',
    imported: 'Imported material',
    cloudHsmStore: 'CloudHSM key store',
    externalStore: 'External key store',
  } satisfies Record<Custody, string>,
  questions: {
    see: 'See the key',
    readPolicy: 'Read its policy',
    changePolicy: 'Change its policy',
    share: 'Share it by a grant',
    rotateByItself: 'Have it rotate by itself',
    rotateNow: 'Rotate it now',
    disable: 'Disable it',
    deleteMaterial: 'Delete its material at once',
    delete: 'Schedule its deletion',
    audit: 'Find its use in your trail',
    whenLost: 'Can you lose it while KMS is well?',
  } satisfies Record<Question, string>,
  yes: 'yes',
  no: 'no',
  notAsked: 'no key to name',
  lost: (refused: string | undefined) =>
    refused === undefined ? 'yes' : `yes: Decrypt then answers ${refused}`,
  notLost: 'no',
  asked: (call: string) => `asked by ${call}`,
  fips: 'FIPS',
  fipsText: (level: string, before: string, asOf: string) =>
    `KMS’s HSMs are validated at ${level} (before: ${before}; as of ${asOf}). The level is no reason for CloudHSM. Sole tenancy, HSM users of your own, PKCS #11, JCE or CNG are.`,
  hsmAlone: 'CloudHSM itself',
  hsmAloneText:
    'Without KMS there is no KMS key, no key policy, no grant and no KMS event: nothing of this table can be asked. You hold its users and its backups.',
};
