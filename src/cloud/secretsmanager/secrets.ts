import {
  isRefusal,
  parseArn,
  type AccountId,
  type Bytes,
  type Refusal,
  type Region,
  type SecretRec,
  type SecretVersionRec,
  type Step,
} from '../../engine/index.ts';
import { kmsAs, type Context, type Kms } from '../callingKms.ts';
import { declareIn, type Asked } from '../declare.ts';
import { mustOpen, sealData } from '../keeping.ts';
import { at, below } from '../refs.ts';
import { notDecrypted, notEncrypted, notFound } from './words.ts';

/*
 * A secret and its versions. Each version has a data key of its own, wrapped under the secret's ARN and the version's id
 * (services.json SecretsManager "context"); nothing is cached, so that each reading is a Decrypt.
 */

export const secrets = declareIn('secretsmanager');

export interface OfSecret {
  /** Name or ARN; the ARN for a secret of another account. */
  readonly SecretId: string;
}

/** The six letters that end an ARN are not of the name. */
const suffix = /-[A-Za-z0-9]{6}$/;

export function secretNamed(SecretId: string, { view, identity, region, env }: Step): SecretRec | undefined {
  const arn = parseArn(SecretId);
  const rec: SecretRec | undefined = arn
    ? view.get(
        at.secret(
          arn.account as AccountId, // of no account there is: no record
          arn.region as Region,
          arn.resource.replace(/^secret:/, '').replace(suffix, ''),
        ),
      )
    : view.get(at.secret(identity.account, region, SecretId));
  if (!rec || (arn && rec.arn !== SecretId) || rec.region !== region) return undefined;
  // OURS: what is gone is not there any more, although its record is: nobody has waited for the date.
  return rec.deletionDate !== undefined && rec.deletionDate <= env.at ? undefined : rec;
}

export const secretFault = ({ SecretId }: OfSecret, step: Step): Refusal | undefined =>
  secretNamed(SecretId, step) ? undefined : notFound();

/** The secret of a request, which {@link secretFault} has found. */
export function theSecret(SecretId: string, step: Step): SecretRec {
  const rec = secretNamed(SecretId, step);
  if (!rec) throw new Error(`secret ${SecretId} was there a moment ago`);
  return rec;
}

export const onSecret =
  (action: string) =>
  ({ SecretId }: OfSecret, step: Step): readonly Asked[] => {
    const { arn, account, policy } = theSecret(SecretId, step);
    return [{ action, on: arn, owner: { account, policy, called: 'resource policy' } }];
  };

/** OURS: Secrets Manager keeps about a hundred versions. */
const mostVersions = 100;

export const versionsOf = ({ arn }: SecretRec, { view }: Step): readonly SecretVersionRec[] =>
  view
    .range('ref', { prefix: below.secretVersions(arn), n: mostVersions })
    .map(({ rec }) => rec as SecretVersionRec);

const contextOf = (arn: string, SecretVersionId: string): Context => ({ SecretARN: arn, SecretVersionId });
const via = { kind: 'forward', via: 'secretsmanager' } as const;
type Of = Pick<SecretRec, 'region' | 'account'>;
/** A name means a key of the account of the secret: another account needs a customer managed key (services.json). */
const toEncrypt = (step: Step, { region, account: owner }: Of): Kms =>
  kmsAs(step, via, { worded: notEncrypted, region, owner });
const toDecrypt = (step: Step, { region, account: owner }: Of): Kms =>
  kmsAs(step, via, { worded: notDecrypted, region, owner });

export const keyOf = ({ keyId }: Pick<SecretRec, 'keyId'>): string => keyId ?? 'alias/aws/secretsmanager';

/** Whoever chooses a key must be able to use it: asked with a version id that no version has. */
export async function validateKey(
  keyId: string,
  secret: SecretRec,
  step: Step,
): Promise<Refusal | undefined> {
  const context = contextOf(secret.arn, 'RequestToValidateKeyAccess');
  const kms = toEncrypt(step, secret);
  const made = await kms.dataKey(keyId, context);
  if (isRefusal(made)) return made;
  const opened = await kms.decrypt(made.wrapped, context);
  return isRefusal(opened) ? opened : undefined;
}

export interface Value {
  readonly kind: SecretVersionRec['kind'];
  readonly bytes: Bytes;
}

const place = (arn: string, id: string): string => `${arn}|${id}`;

export async function seal(
  secret: SecretRec,
  { id, value, stages }: { readonly id: string; readonly value: Value; readonly stages: readonly string[] },
  step: Step,
): Promise<SecretVersionRec | Refusal> {
  const key = await toEncrypt(step, secret).dataKey(keyOf(secret), contextOf(secret.arn, id));
  if (isRefusal(key)) return key;
  const under = `a data key under ${key.keyArn}`;
  step.note({ kind: 'dataSealed', what: secret.name, byteLength: value.bytes.length, under });
  const rec: SecretVersionRec = {
    secret: secret.arn,
    id,
    stages,
    kind: value.kind,
    keyArn: key.keyArn,
    wrapped: key.wrapped,
    sealed: sealData(step, key.plain, value.bytes, place(secret.arn, id)),
    created: step.env.at,
  };
  step.view.put(at.secretVersion(secret.arn, id), rec);
  return rec;
}

export async function open(
  secret: SecretRec,
  version: SecretVersionRec,
  step: Step,
): Promise<Bytes | Refusal> {
  const key = await toDecrypt(step, secret).decrypt(version.wrapped, contextOf(secret.arn, version.id));
  if (isRefusal(key)) return key;
  const plain = mustOpen(key, version.sealed, place(secret.arn, version.id));
  const under = `a data key under ${version.keyArn}`;
  step.note({ kind: 'dataOpened', what: secret.name, byteLength: plain.length, under });
  return plain;
}

/** The versions that somebody may ask for by a label hang on the new key from now on; others keep theirs. */
export async function moveToKey(secret: SecretRec, keyId: string, step: Step): Promise<Refusal | undefined> {
  for (const version of versionsOf(secret, step).filter(({ stages }) => stages.length > 0)) {
    const context = contextOf(secret.arn, version.id);
    const plain = await toDecrypt(step, secret).decrypt(version.wrapped, context);
    if (isRefusal(plain)) return plain;
    const sealed = await toEncrypt(step, secret).encrypt(keyId, plain, context);
    plain.fill(0);
    if (isRefusal(sealed)) return sealed;
    step.view.put(at.secretVersion(secret.arn, version.id), { ...version, ...sealed });
  }
  return undefined;
}

/** A new version with these labels: whoever had one of them loses it; the last AWSCURRENT becomes AWSPREVIOUS. */
export function relabel(secret: SecretRec, id: string, stages: readonly string[], step: Step): void {
  const current = 'AWSCURRENT';
  for (const version of versionsOf(secret, step)) {
    if (version.id === id) continue;
    const kept = version.stages.filter((stage) => !stages.includes(stage));
    const previous = stages.includes(current)
      ? [
          ...kept.filter((stage) => stage !== 'AWSPREVIOUS'),
          ...(version.stages.includes(current) ? ['AWSPREVIOUS'] : []),
        ]
      : kept;
    step.view.put(at.secretVersion(secret.arn, version.id), { ...version, stages: previous });
  }
}
