// @ts-check
// node test/scenes/record.mjs: plays the calls of every scene on the stage by the real @aws-sdk/client-kms, in labs of the
// scenes' own seeds, and writes down what each command returned, into test/fixtures/scenes/. It knows nothing of the flows
// and plans that are held against it: the calls are written here by hand, and state is asked of KMS's own operations.
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  CancelKeyDeletionCommand,
  CreateAliasCommand,
  CreateGrantCommand,
  CreateKeyCommand,
  DecryptCommand,
  DescribeKeyCommand,
  DisableKeyCommand,
  EnableKeyCommand,
  EnableKeyRotationCommand,
  EncryptCommand,
  GenerateDataKeyCommand,
  GetKeyRotationStatusCommand,
  KMSClient,
  ListKeyRotationsCommand,
  PutKeyPolicyCommand,
  RevokeGrantCommand,
  RotateKeyOnDemandCommand,
  ScheduleKeyDeletionCommand,
} from '@aws-sdk/client-kms';
import prettier from 'prettier';
import { root } from '../../scripts/install.mjs';
import { buildLibrary } from '../../scripts/library.mjs';

buildLibrary();
/** @type {typeof import('../../src/client/lab.ts')} */
const { createLab } = await import(new URL('../../dist-lib/index.js', import.meta.url).href);
/** @typedef {import('../../src/client/lab.ts').Lab} Lab */

const account = '111122223333';
const partner = '444455556666';
const region = 'us-east-1';
const admin = `arn:aws:iam::${account}:user/Admin`;
const story = { seed: 'the stage of KMS Lab', now: new Date('2026-01-15T09:00:00.000Z') };
/** A lab signs nobody in here; the SDK wants something to sign with. */
const credentials = { accessKeyId: 'AKIAEXAMPLE', secretAccessKey: 'recorded' };

/** @param {Lab} lab @param {string} principal @param {string} [at] */
const clientOf = (lab, principal, at = region) =>
  new KMSClient({
    region: at,
    credentials,
    maxAttempts: 1,
    requestHandler: lab.requestHandlerFor({ principal }),
  });

/** Bytes are told by length and digest: what they are is nobody's business. @param {unknown} value @returns {unknown} */
function plain(value) {
  if (value instanceof Uint8Array)
    return { bytes: value.length, sha256: createHash('sha256').update(value).digest('hex') };
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, item]) =>
      name === '$metadata' || item === undefined ? [] : [[name, plain(item)]],
    ),
  );
}

/** @param {{ name: string, message: string, $metadata?: { httpStatusCode?: number | undefined } }} error */
const refusal = ({ name, message, $metadata }) => ({ name, message, status: $metadata?.httpStatusCode });

/**
 * What a command returned, as data. What is no answer of KMS is thrown on.
 * @param {KMSClient} client @param {{ constructor: { name: string }, input: object }} command
 */
async function told(client, command) {
  const operation = command.constructor.name.replace(/Command$/, '');
  const asked = { operation, input: plain(command.input) };
  try {
    // Any command goes; the SDK's own type wants to know which.
    const output = await client.send(/** @type {any} */ (command));
    return { told: { ...asked, output: plain(output) }, output };
  } catch (thrown) {
    if (!(thrown instanceof Error) || !('$metadata' in thrown)) throw thrown;
    return { told: { ...asked, error: refusal(/** @type {any} */ (thrown)) }, output: undefined };
  }
}

/**
 * The key as KMS tells of it, asked of a copy: a question leaves nothing in the lab that is recorded.
 * @param {Lab} lab @param {string} KeyId @param {string} who
 */
async function keyOf(lab, KeyId, who = admin) {
  const copy = await createLab(story);
  await copy.restore(await lab.snapshot());
  const client = clientOf(copy, who);
  try {
    const { KeyMetadata } = await client.send(new DescribeKeyCommand({ KeyId }));
    const { Rotations = [] } = await client.send(
      new ListKeyRotationsCommand({ KeyId, IncludeKeyMaterial: 'ALL_KEY_MATERIAL' }),
    );
    const rotation = await client.send(new GetKeyRotationStatusCommand({ KeyId })).catch(() => undefined);
    return {
      KeyState: KeyMetadata?.KeyState,
      DeletionDate: KeyMetadata?.DeletionDate?.toISOString(),
      materials: Rotations.map(({ KeyMaterialId, KeyMaterialState }) => ({
        KeyMaterialId,
        KeyMaterialState,
      })),
      KeyRotationEnabled: rotation?.KeyRotationEnabled,
      NextRotationDate: rotation?.NextRotationDate?.toISOString(),
    };
  } catch (thrown) {
    if (thrown instanceof Error && thrown.name === 'NotFoundException') return 'gone';
    throw thrown;
  } finally {
    await copy.close();
  }
}

/** Event names, codes and accounts of what came into the trails since `from`. @param {Lab} lab @param {number} from */
async function trailSince(lab, from) {
  const events = (await lab.trail()).slice(from);
  return events.map(({ eventName, errorCode, recipientAccountId }) => ({
    eventName,
    errorCode,
    recipientAccountId,
  }));
}
/** @param {Lab} lab */
const trailLength = async (lab) => (await lab.trail()).length;

/** @param {KMSClient} kms @param {string} AliasName */
async function makeKey(kms, AliasName) {
  const { KeyMetadata } = await kms.send(new CreateKeyCommand({}));
  if (!KeyMetadata?.Arn || !KeyMetadata.KeyId) throw new Error('CreateKey told of no key');
  await kms.send(new CreateAliasCommand({ AliasName, TargetKeyId: KeyMetadata.KeyId }));
  return KeyMetadata.Arn;
}

/** Acts of a story on one key, each with what it left behind. @param {Lab} lab @param {string} key */
function acts(lab, key) {
  /** @type {object[]} */
  const done = [];
  return {
    done,
    /** @param {string} id @param {() => Promise<{ told: object, output: any }>} act */
    async call(id, act) {
      const from = await trailLength(lab);
      const { told: what, output } = await act();
      done.push({
        id,
        ...what,
        trail: await trailSince(lab, from),
        key: await keyOf(lab, key),
        at: lab.now().toISOString(),
      });
      return output;
    },
    /** @param {string} id @param {{ days?: number, seconds?: number }} by */
    async time(id, by) {
      const happened = await lab.advance(by);
      done.push({
        id,
        advance: by,
        happened: happened.map(({ eventName }) => eventName),
        key: await keyOf(lab, key),
        at: lab.now().toISOString(),
      });
    },
  };
}

async function wrapping() {
  const lab = await createLab(story);
  const kms = clientOf(lab, admin);
  const KeyId = await makeKey(kms, 'alias/payroll');
  const EncryptionContext = { app: 'payroll' };
  const act = acts(lab, KeyId);
  const generate = () => new GenerateDataKeyCommand({ KeyId, KeySpec: 'AES_256', EncryptionContext });
  /** @param {Uint8Array} CiphertextBlob */
  const open = (CiphertextBlob) => new DecryptCommand({ CiphertextBlob, EncryptionContext });
  const { CiphertextBlob: first } = await act.call('wrap', () => told(kms, generate()));
  await act.call('rotate', () => told(kms, new RotateKeyOnDemandCommand({ KeyId })));
  await act.time('rotated', { seconds: 60 });
  await act.call('wrapAgain', () => told(kms, generate()));
  await act.call('openOld', () => told(kms, open(first)));
  const flipped = Uint8Array.from(first, (/** @type {number} */ byte, /** @type {number} */ i) =>
    i === 175 ? byte ^ 1 : byte,
  );
  act.done.push({ id: 'flip', bytes: plain(flipped) });
  await act.call('openFlipped', () => told(kms, open(flipped)));
  await act.call('openWhole', () => told(kms, open(first)));
  await lab.close();
  return { key: KeyId, acts: act.done };
}

async function keyLife() {
  const lab = await createLab(story);
  const kms = clientOf(lab, admin);
  const KeyId = await makeKey(kms, 'alias/orders');
  const act = acts(lab, KeyId);
  const encrypt = () =>
    told(kms, new EncryptCommand({ KeyId, Plaintext: new TextEncoder().encode('a small secret') }));
  const schedule = () => told(kms, new ScheduleKeyDeletionCommand({ KeyId, PendingWindowInDays: 7 }));
  await act.call('rotationOn', () =>
    told(kms, new EnableKeyRotationCommand({ KeyId, RotationPeriodInDays: 90 })),
  );
  await act.time('period', { days: 90 });
  await act.call('disable', () => told(kms, new DisableKeyCommand({ KeyId })));
  await act.call('useDisabled', encrypt);
  await act.call('enable', () => told(kms, new EnableKeyCommand({ KeyId })));
  await act.call('schedule', schedule);
  await act.time('waitSome', { days: 3 });
  await act.call('usePending', encrypt);
  await act.call('cancel', () => told(kms, new CancelKeyDeletionCommand({ KeyId })));
  await act.call('enableAgain', () => told(kms, new EnableKeyCommand({ KeyId })));
  await act.call('scheduleAgain', schedule);
  await act.time('gone', { days: 7 });
  await act.call('useGone', encrypt);
  await lab.close();
  return { key: KeyId, acts: act.done };
}

/** The one call of an envelope, as it is and with one thing wrong. */
async function envelope() {
  const alice = `arn:aws:iam::${account}:user/Alice`;
  const EncryptionContext = { app: 'payroll' };
  /** @param {(kms: KMSClient, KeyId: string, lab: Lab) => Promise<unknown>} play */
  const fresh = async (play) => {
    const lab = await createLab(story);
    const kms = clientOf(lab, admin);
    const KeyId = await makeKey(kms, 'alias/payroll');
    const answer = await play(kms, KeyId, lab);
    await lab.close();
    return answer;
  };
  const generate = () =>
    new GenerateDataKeyCommand({ KeyId: 'alias/payroll', KeySpec: 'AES_256', EncryptionContext });
  /** One call as it was told, with the lines that it left in the trails. @param {Lab} lab @param {KMSClient} kms @param {any} command */
  const line = async (lab, kms, command) => {
    const from = await trailLength(lab);
    const { told: what, output } = await told(kms, command);
    return { told: { ...what, trail: await trailSince(lab, from) }, output };
  };
  /** @type {string | undefined} */
  let key;
  const encrypt = {
    asItIs: await fresh(async (kms, KeyId, lab) => {
      key = KeyId;
      return (await line(lab, kms, generate())).told;
    }),
    disabled: await fresh(async (kms, KeyId, lab) => {
      await kms.send(new DisableKeyCommand({ KeyId }));
      return (await line(lab, kms, generate())).told;
    }),
    somebodyElse: await fresh(
      async (_, _KeyId, lab) => (await line(lab, clientOf(lab, alice), generate())).told,
    ),
  };
  /** @param {(kms: KMSClient, KeyId: string, lab: Lab, CiphertextBlob: Uint8Array) => Promise<unknown>} play */
  const sealed = (play) =>
    fresh(async (kms, KeyId, lab) => {
      const { CiphertextBlob } = await kms.send(generate());
      if (!CiphertextBlob) throw new Error('GenerateDataKey told of no blob');
      return play(kms, KeyId, lab, CiphertextBlob);
    });
  /** @param {Uint8Array} CiphertextBlob @param {Record<string, string>} [context] */
  const open = (CiphertextBlob, context = EncryptionContext) =>
    new DecryptCommand({ CiphertextBlob, EncryptionContext: context });
  const decrypt = {
    asItIs: await sealed(async (kms, _, lab, blob) => (await line(lab, kms, open(blob))).told),
    disabled: await sealed(async (kms, KeyId, lab, blob) => {
      await kms.send(new DisableKeyCommand({ KeyId }));
      return (await line(lab, kms, open(blob))).told;
    }),
    somebodyElse: await sealed(
      async (_, _KeyId, lab, blob) => (await line(lab, clientOf(lab, alice), open(blob))).told,
    ),
    anotherContext: await sealed(
      async (kms, _, lab, blob) => (await line(lab, kms, open(blob, { app: 'another' }))).told,
    ),
  };
  return { key, encrypt, decrypt };
}

/** Attempts at the three doors, after each change of one of them. IAM and STS by the lab's own door: their SDKs are not here. */
async function handshake() {
  const user = `arn:aws:iam::${partner}:user/Ann`;
  const role = `arn:aws:iam::${partner}:role/App`;
  const partnerAdmin = `arn:aws:iam::${partner}:user/Admin`;
  /** @param {object[]} Statement */
  const policy = (...Statement) => ({ Version: '2012-10-17', Statement });
  const everything = policy({ Effect: 'Allow', Action: '*', Resource: '*' });
  const mayAssume = policy({ Effect: 'Allow', Action: 'sts:AssumeRole', Resource: role });
  const lab = await createLab({
    seed: 'the handshake of KMS Lab',
    now: story.now,
    accounts: [
      { id: account, principals: [{ arn: admin, policies: [everything] }] },
      {
        id: partner,
        principals: [
          { arn: partnerAdmin, policies: [everything] },
          { arn: user, policies: [mayAssume] },
        ],
      },
    ],
  });
  const owner = clientOf(lab, admin);
  /** @param {string} arn */
  const trusts = (arn) =>
    JSON.stringify(policy({ Effect: 'Allow', Principal: { AWS: arn }, Action: 'sts:AssumeRole' }));
  /** @param {string} operation @param {Record<string, unknown>} input */
  const iam = async (operation, input) => {
    const { result } = await lab.handle({ service: 'iam', operation, input, principal: partnerAdmin });
    if (!result.ok) throw new Error(`${operation}: ${result.refusal.message}`);
  };
  const { KeyMetadata } = await owner.send(new CreateKeyCommand({}));
  const KeyId = KeyMetadata?.Arn;
  const { CiphertextBlob } = await owner.send(
    new EncryptCommand({ KeyId, Plaintext: new TextEncoder().encode('a letter for the partner') }),
  );
  await iam('CreateRole', { RoleName: 'App', AssumeRolePolicyDocument: trusts(partnerAdmin) });
  /** @param {boolean} open */
  const keyPolicy = (open) =>
    owner.send(
      new PutKeyPolicyCommand({
        KeyId,
        Policy: JSON.stringify(
          policy(
            {
              Effect: 'Allow',
              Principal: { AWS: `arn:aws:iam::${account}:root` },
              Action: 'kms:*',
              Resource: '*',
            },
            ...(open
              ? [
                  {
                    Effect: 'Allow',
                    Principal: { AWS: `arn:aws:iam::${partner}:root` },
                    Action: ['kms:Decrypt', 'kms:DescribeKey'],
                    Resource: '*',
                  },
                ]
              : []),
          ),
        ),
      }),
    );
  const rolePolicy = { RoleName: 'App', PolicyName: 'UseForeignKey' };
  /** @type {string | undefined} */
  let GrantToken;
  /** @type {string | undefined} */
  let GrantId;
  /** @type {[string, () => Promise<unknown>][]} */
  const steps = [
    ['nothing', async () => undefined],
    ['trust', () => iam('UpdateAssumeRolePolicy', { RoleName: 'App', PolicyDocument: trusts(user) })],
    [
      'iam',
      () =>
        iam('PutRolePolicy', {
          ...rolePolicy,
          PolicyDocument: JSON.stringify(policy({ Effect: 'Allow', Action: 'kms:Decrypt', Resource: KeyId })),
        }),
    ],
    ['keyPolicy', () => keyPolicy(true)],
    ['iamShut', () => iam('DeleteRolePolicy', rolePolicy)],
    [
      'grant',
      async () => {
        const made = await owner.send(
          new CreateGrantCommand({ KeyId, GranteePrincipal: role, Operations: ['Decrypt'] }),
        );
        ({ GrantToken, GrantId } = made);
      },
    ],
    [
      'grantShut',
      async () => {
        await owner.send(new RevokeGrantCommand({ KeyId, GrantId }));
        GrantToken = undefined;
      },
    ],
  ];
  const attempts = [];
  for (const [after, change] of steps) {
    await change();
    const from = await trailLength(lab);
    const { result } = await lab.handle({
      service: 'sts',
      operation: 'AssumeRole',
      input: { RoleArn: role, RoleSessionName: 'handshake' },
      principal: user,
    });
    if (!result.ok) {
      const { refused: name, message, status } = result.refusal;
      attempts.push({
        after,
        assume: { error: { name, message, status } },
        trail: await trailSince(lab, from),
      });
      continue;
    }
    const { Credentials, AssumedRoleUser } =
      /** @type {{ Credentials: { AccessKeyId: string, SecretAccessKey: string, SessionToken: string }, AssumedRoleUser: { Arn: string } }} */ (
        result.output
      );
    // Signed with the session's own credentials: the lab checks them as AWS would.
    const session = new KMSClient({
      region,
      maxAttempts: 1,
      requestHandler: lab.requestHandler,
      credentials: {
        accessKeyId: Credentials.AccessKeyId,
        secretAccessKey: Credentials.SecretAccessKey,
        sessionToken: Credentials.SessionToken,
      },
    });
    const { told: decrypt } = await told(
      session,
      new DecryptCommand({ KeyId, CiphertextBlob, ...(GrantToken ? { GrantTokens: [GrantToken] } : {}) }),
    );
    const { input: _, ...answer } = decrypt;
    attempts.push({
      after,
      assume: { arn: AssumedRoleUser.Arn },
      decrypt: answer,
      trail: await trailSince(lab, from),
    });
  }
  await lab.close();
  return { key: KeyId, attempts };
}

/** Calls of a fleet that overruns its quota: which were served, which throttled, as lengths of runs that take turns. */
async function throttling() {
  const setting = { region: 'eu-north-1', jobsPerSecond: 20_000, calls: 24_000 };
  const lab = await createLab({ ...story, throttling: true });
  const kms = clientOf(lab, admin, setting.region);
  const { KeyMetadata } = await kms.send(new CreateKeyCommand({}));
  const { CiphertextBlob } = await kms.send(
    new EncryptCommand({ KeyId: KeyMetadata?.KeyId, Plaintext: new Uint8Array(8) }),
  );
  await lab.advance({ seconds: 2 });
  const start = lab.now().getTime();
  const runs = [0];
  let served = true;
  /** @type {object | undefined} */
  let error;
  for (let call = 0; call < setting.calls; call += 1) {
    const at = start + Math.floor((call * 1000) / setting.jobsPerSecond);
    const now = lab.now().getTime();
    if (at > now) await lab.advance({ seconds: (at - now) / 1000 });
    let ok = true;
    try {
      await kms.send(new DecryptCommand({ CiphertextBlob }));
    } catch (thrown) {
      if (!(thrown instanceof Error) || thrown.name !== 'ThrottlingException') throw thrown;
      error = refusal(/** @type {any} */ (thrown));
      ok = false;
    }
    if (ok !== served) runs.push(0);
    served = ok;
    runs[runs.length - 1] = (runs.at(-1) ?? 0) + 1;
  }
  await lab.close();
  return { ...setting, error, runs };
}

const folder = join(root, 'test', 'fixtures', 'scenes');
mkdirSync(folder, { recursive: true });
const only = process.argv.slice(2);
for (const [name, play] of Object.entries({ wrapping, keyLife, envelope, handshake, throttling })) {
  if (only.length > 0 && !only.includes(name)) continue;
  const file = join(folder, `${name}.json`);
  const options = await prettier.resolveConfig(file);
  writeFileSync(file, await prettier.format(JSON.stringify(await play()), { ...options, parser: 'json' }));
  console.log(file);
}
