import {
  custodies,
  questions,
  type Custody,
  type CustodyAnswer,
  type CustodyDoor,
  type CustodyQuestion,
  type KeyCustody,
} from './asked.ts';
import { otherAccount, ownPolicy, prepare, sharedPolicy, type Made } from './prepare.ts';

/*
 * Who holds the key? For each kind of custody the same calls are made in a world, and what the engine answers is the table.
 * A kind that KMS has no call for (AWS owned keys, a CloudHSM without KMS) says so itself: there is no key to ask about.
 * What no call can answer is in stated.ts.
 */

type Say = (
  question: CustodyQuestion,
  call: string,
  can: CustodyAnswer['can'],
  refused?: string | undefined,
) => void;

/** @throws when what has to be prepared is refused: the comparison is wrong */
export async function compareCustody(door: CustodyDoor): Promise<readonly CustodyAnswer[]> {
  const answers: CustodyAnswer[] = [];
  for (const custody of custodies)
    answers.push(...(custody === 'cloudHsm' ? withoutKms(custody) : await ofOne(custody, door)));
  return answers;
}

/** No KMS key, so nothing of KMS to ask. */
const withoutKms = (custody: Custody): readonly CustodyAnswer[] =>
  questions.map((question) => ({ custody, question, can: 'notAsked', refused: undefined, call: '' }));

async function ofOne(custody: KeyCustody, door: CustodyDoor): Promise<readonly CustodyAnswer[]> {
  const made = await prepare(custody, door);
  const before = (await door.events()).length;
  const open = await made.use();
  await open();
  const uses = (await door.events()).slice(before);
  const audited = uses.some(({ eventName }) => eventName === 'GenerateDataKey' || eventName === 'Encrypt');
  const found: CustodyAnswer[] = [];
  const { key } = made;
  const say: Say = (question, call, can, refused) =>
    void found.push({ custody, question, can, refused, call });
  const ask = async (question: CustodyQuestion, operation: string, more: object = {}): Promise<void> => {
    if (key === undefined) return say(question, `kms:${operation}`, 'notAsked');
    const { refused } = await door.ask('kms', operation, { KeyId: key, ...more });
    say(question, `kms:${operation}`, refused === undefined, refused);
  };
  await ask('see', 'DescribeKey');
  await ask('readPolicy', 'GetKeyPolicy', { PolicyName: 'default' });
  await ask('changePolicy', 'PutKeyPolicy', { PolicyName: 'default', Policy: ownPolicy });
  await ask('share', 'CreateGrant', {
    GranteePrincipal: `arn:aws:iam::${otherAccount}:user/Admin`,
    Operations: ['Decrypt'],
  });
  await elsewhere(key, door, say);
  await ask('rotateByItself', 'EnableKeyRotation');
  await ask('rotateNow', 'RotateKeyOnDemand');
  await door.wait(60);
  say('audit', 'GenerateDataKey', audited);
  await loss(custody, made, open, door, say);
  await ask('disable', 'DisableKey');
  await ask('deleteMaterial', 'DeleteImportedKeyMaterial');
  await ask('delete', 'ScheduleKeyDeletion', { PendingWindowInDays: 7 });
  await ask('cancel', 'CancelKeyDeletion');
  if (key !== undefined) await door.ask('kms', 'ScheduleKeyDeletion', { KeyId: key, PendingWindowInDays: 7 });
  await door.wait(8 * 86_400);
  const afterwards = await open();
  say('gone', made.opensBy, afterwards === undefined, afterwards);
  return found;
}

/** The policy lets another account in, where it can be written; then somebody there uses the key. */
async function elsewhere(key: string | undefined, door: CustodyDoor, say: Say): Promise<void> {
  if (key === undefined) return say('useElsewhere', 'kms:Encrypt', 'notAsked');
  await door.ask('kms', 'PutKeyPolicy', { KeyId: key, PolicyName: 'default', Policy: sharedPolicy });
  const refused = await door.askElsewhere('Encrypt', { KeyId: key, Plaintext: new Uint8Array([1]) });
  say('useElsewhere', 'kms:Encrypt', refused === undefined, refused);
  await door.ask('kms', 'PutKeyPolicy', { KeyId: key, PolicyName: 'default', Policy: ownPolicy });
}

/** What a use answers when what holds the material is gone, and when it is there again. */
async function loss(
  custody: KeyCustody,
  { key, store, opensBy }: Made,
  open: () => Promise<string | undefined>,
  door: CustodyDoor,
  say: Say,
): Promise<void> {
  const again = async (): Promise<void> => {
    const refused = await open();
    say('restore', opensBy, refused === undefined, refused);
  };
  if (custody === 'imported' && key !== undefined) {
    const gone = await door.ask('kms', 'DeleteImportedKeyMaterial', { KeyId: key });
    say('whenLost', opensBy, gone.refused === undefined, await open());
    await door.importMaterial(key);
    await again();
  } else if (store !== undefined) {
    await door.breakStore(store);
    const refused = await open();
    say('whenLost', opensBy, refused !== undefined, refused);
    await door.mendStore(store);
    await door.wait(3600);
    await again();
  } else {
    say('whenLost', opensBy, false, await open());
    say('restore', opensBy, 'notAsked');
  }
}
