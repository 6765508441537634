import type { KeyRec } from '../../../engine/index.ts';

/** A call to ask about: well-formed, so that what is answered is the decision. */
export interface Question {
  readonly operation: string;
  readonly input: Readonly<Record<string, unknown>>;
}

const bytes = new Uint8Array(32);

/** What one wants to know of a principal and a key: its uses, reading about it, giving it away, ending it. */
export function questionsFor({ arn, KeySpec, KeyUsage }: KeyRec): readonly Question[] {
  const KeyId = arn;
  const uses: Readonly<Record<string, readonly Question[]>> = {
    ENCRYPT_DECRYPT:
      KeySpec === 'SYMMETRIC_DEFAULT'
        ? [
            { operation: 'Encrypt', input: { KeyId, Plaintext: bytes } },
            { operation: 'GenerateDataKey', input: { KeyId, KeySpec: 'AES_256' } },
          ]
        : [
            {
              operation: 'Encrypt',
              input: { KeyId, Plaintext: bytes, EncryptionAlgorithm: 'RSAES_OAEP_SHA_256' },
            },
          ],
    SIGN_VERIFY: [
      {
        operation: 'Sign',
        input: {
          KeyId,
          Message: bytes,
          SigningAlgorithm: KeySpec.startsWith('RSA') ? 'RSASSA_PSS_SHA_256' : 'ECDSA_SHA_256',
        },
      },
    ],
    GENERATE_VERIFY_MAC: [
      {
        operation: 'GenerateMac',
        input: { KeyId, Message: bytes, MacAlgorithm: KeySpec.replace('HMAC_', 'HMAC_SHA_') },
      },
    ],
  };
  return [
    ...(uses[KeyUsage] ?? []),
    { operation: 'DescribeKey', input: { KeyId } },
    {
      operation: 'CreateGrant',
      input: {
        KeyId,
        GranteePrincipal: arn.replace(/:kms:[^:]*:(\d+):.*/, ':iam::$1:root'),
        Operations: ['DescribeKey'],
      },
    },
    { operation: 'PutKeyPolicy', input: { KeyId, Policy: '{}' } },
    { operation: 'DisableKey', input: { KeyId } },
    { operation: 'ScheduleKeyDeletion', input: { KeyId } },
  ];
}
