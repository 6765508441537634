import { encryptionKeys } from './authorize.ts';
import { seal } from './hsm.ts';
import { placeFault } from './keySpecs.ts';
import { refuse, type Bytes, type KeySpec, type Refusal } from './model/index.ts';
import { theKey, type ConditionKeys, type Located, type Step } from './operation.ts';
import { shownMaterial } from './trailFacts.ts';
import { noteUse } from './usage.ts';

/** What GenerateDataKeyPair and GenerateDataKeyPairWithoutPlaintext share. */
export interface DataKeyPairRequest {
  readonly KeyId: string;
  readonly KeyPairSpec: KeySpec;
  readonly EncryptionContext?: Readonly<Record<string, string>>;
  readonly GrantTokens?: readonly string[];
  readonly Recipient?: unknown;
  readonly DryRun?: boolean;
}

export const dataKeyPairContext = ({
  KeyPairSpec,
  EncryptionContext,
}: DataKeyPairRequest): ConditionKeys => ({
  'kms:DataKeyPairSpec': KeyPairSpec,
  ...encryptionKeys(EncryptionContext),
});

export interface DataKeyPair {
  /** PKCS#8, the caller's to give away or to wipe. */
  readonly PrivateKeyPlaintext: Bytes;
  readonly PrivateKeyCiphertextBlob: Bytes;
  readonly PublicKey: Bytes;
  readonly KeyId: string;
  readonly KeyPairSpec: string;
  readonly KeyMaterialId?: string;
}

/** Makes a key pair and wraps its private half. */
export async function makeDataKeyPair(
  operation: string,
  { KeyPairSpec, EncryptionContext }: DataKeyPairRequest,
  located: Located,
  step: Step,
): Promise<DataKeyPair | Refusal> {
  const { rec } = theKey(located);
  const fault = placeFault(KeyPairSpec, step.region);
  if (fault) return fault;
  // specs.json dataKeys "wrapKey": not in custom key stores.
  if (rec.keyStore) return refuse('UnsupportedOperationException', '', 'key-states.json note 7');
  const pair = await step.env.keyPair(KeyPairSpec);
  step.note({ kind: 'random', byteLength: pair.private.length, for: 'dataKey' });
  const PrivateKeyCiphertextBlob = await seal(step, rec, pair.private, EncryptionContext, 'GenerateDataKey');
  noteUse(rec, operation, step);
  return {
    PrivateKeyPlaintext: pair.private,
    PrivateKeyCiphertextBlob,
    PublicKey: pair.public,
    KeyId: rec.arn,
    KeyPairSpec,
    ...shownMaterial(rec),
  };
}
