import { encryptionKeys } from './authorize.ts';
import { seal } from './hsm.ts';
import { refuse, type Bytes, type Refusal } from './model/index.ts';
import { theKey, type ConditionKeys, type Located, type Step } from './operation.ts';
import { shownMaterial } from './trailFacts.ts';
import { noteUse } from './usage.ts';

/** What GenerateDataKey and GenerateDataKeyWithoutPlaintext share. */
export interface DataKeyRequest {
  readonly KeyId: string;
  readonly EncryptionContext?: Readonly<Record<string, string>>;
  readonly NumberOfBytes?: number;
  readonly KeySpec?: 'AES_256' | 'AES_128';
  readonly GrantTokens?: readonly string[];
  readonly Recipient?: unknown;
  readonly DryRun?: boolean;
}

/** model.json crossMemberRules: exactly one of KeySpec and NumberOfBytes. The words are a peer's. */
export const sizeFault = ({ NumberOfBytes, KeySpec }: DataKeyRequest): Refusal | undefined =>
  (NumberOfBytes === undefined) === (KeySpec === undefined)
    ? refuse(
        'ValidationException',
        'Please specify either number of bytes or key spec.',
        'model.json crossMemberRules GenerateDataKey',
      )
    : undefined;

export const dataKeyContext = ({ EncryptionContext }: DataKeyRequest): ConditionKeys =>
  encryptionKeys(EncryptionContext);

/** Makes a data key inside the HSM and wraps it. The plaintext is the caller's to give away or to wipe. */
export async function makeDataKey(
  operation: string,
  { NumberOfBytes, KeySpec, EncryptionContext }: DataKeyRequest,
  located: Located,
  step: Step,
): Promise<{
  readonly Plaintext: Bytes;
  readonly CiphertextBlob: Bytes;
  readonly KeyId: string;
  readonly KeyMaterialId?: string;
}> {
  const { rec } = theKey(located);
  const byteLength = NumberOfBytes ?? (KeySpec === 'AES_128' ? 16 : 32);
  const Plaintext = step.env.random(byteLength);
  step.note({ kind: 'random', byteLength, for: 'dataKey' });
  const CiphertextBlob = await seal(step, rec, Plaintext, EncryptionContext, 'GenerateDataKey');
  noteUse(rec, operation, step);
  return { Plaintext, CiphertextBlob, KeyId: rec.arn, ...shownMaterial(rec) };
}
