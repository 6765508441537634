import type { Around } from '../../../client/index.ts';

type Custody = Around['custodies'][number];
type Question = Around['questions'][number];
type StatedQuestion = Around['statedQuestions'][number];
type Says = ReturnType<Around['statedOf']>['says'];

/** Words of the comparison of custodies. */
export const custodyWords = {
  title: 'Custody',
  lead: 'Who holds the key, and what may you do with it? Each cell is a call that was made a moment ago, in a world of its own; the last rows are stated, with their source.',
  groups: {
    see: { title: 'See it and change it', questions: ['see', 'readPolicy', 'changePolicy'] },
    share: { title: 'Share it', questions: ['share', 'useElsewhere'] },
    rotate: { title: 'Rotate it', questions: ['rotateByItself', 'rotateNow'] },
    end: {
      title: 'Switch it off, delete it',
      questions: ['disable', 'deleteMaterial', 'delete', 'cancel', 'gone'],
    },
    lose: { title: 'Lose it', questions: ['whenLost', 'restore'] },
    audit: { title: 'Follow it', questions: ['audit'] },
  } satisfies Readonly<Record<string, { readonly title: string; readonly questions: readonly Question[] }>>,
  statedTitle: (asOf: string) => `Stated, not asked (as of ${asOf})`,
  statedQuestions: {
    holder: 'Who holds the material',
    tenancy: 'Whose HSMs',
    fips: 'Validation',
    reach: 'Who can use it',
  } satisfies Readonly<Record<StatedQuestion, string>>,
  says: (level: string) =>
    ({
      awsHolds: 'KMS alone; it never leaves its HSMs in plain',
      ownerKeepsCopy: 'KMS, and you: KMS does not keep it safe for you, so keep a copy',
      ownCluster: 'Your CloudHSM cluster',
      outsideAws: 'Your key manager, outside AWS',
      sharedHsms: 'Shared by all of a Region',
      soleTenant: 'Yours alone, at least two',
      ownersChoice: 'What you run',
      level3: level,
      ownersProof: 'That of your own HSMs: look at their certificate',
      services: 'Services of AWS through KMS, by key policy and IAM',
      libraries: 'Your programs by PKCS #11, JCE or CNG; no service of AWS without a key store',
    }) satisfies Readonly<Record<Says, string>>,
  source: (text: string) => `Source: ${text}`,
  compare: 'Compare',
  with: 'with',
  calls: (calls: readonly string[]) => calls.join(', '),
  making: 'Making a key of each kind, and asking…',
  question: 'Question',
  custodies: {
    awsOwned: 'AWS owned',
    awsManaged: 'AWS managed',
    customerManaged: 'Customer managed',
    imported: 'Imported material',
    cloudHsmStore: 'CloudHSM key store',
    externalStore: 'External key store',
    cloudHsm: 'CloudHSM itself',
  } satisfies Record<Custody, string>,
  questions: {
    see: 'See the key',
    readPolicy: 'Read its policy',
    changePolicy: 'Change its policy',
    share: 'Share it by a grant',
    useElsewhere: 'Let another account use it, by policy',
    rotateByItself: 'Have it rotate by itself',
    rotateNow: 'Rotate it now',
    disable: 'Disable it',
    deleteMaterial: 'Delete its material at once',
    delete: 'Schedule its deletion',
    cancel: 'Take the deletion back',
    gone: 'Open old data after the waiting period',
    audit: 'Find its use in your trail',
    whenLost: 'Can you lose it while KMS is well?',
    restore: 'Open old data when it is back',
  } satisfies Record<Question, string>,
  yes: 'yes',
  no: 'no',
  notAsked: 'no key to name',
  nothingLost: 'nothing was lost',
  stillThere: 'yes: it was not deleted',
  lost: (refused: string | undefined) =>
    refused === undefined ? 'yes' : `yes: Decrypt then answers ${refused}`,
  notLost: 'no',
  fips: 'FIPS',
  fipsText: (level: string, before: string, asOf: string) =>
    `KMS’s HSMs are validated at ${level} (before: ${before}; as of ${asOf}). The level is no reason for CloudHSM. Sole tenancy, HSM users of your own, PKCS #11, JCE or CNG are.`,
  hsmAlone: 'CloudHSM itself',
  hsmAloneText:
    'Without KMS there is no KMS key, no key policy, no grant and no KMS event: nothing of this table can be asked. You hold its users and its backups.',
};
