import type { KeyDetail } from '../../client/index.ts';
import { aliasArn, parseAliasName } from '../../client/index.ts';
import { fromBase64, utf8 } from '../format/bytes.ts';
import type { Pair } from '../parts/Pairs.svelte';

/** The calls that the panel can make, in the order in which they are offered. */
export const callOperations = [
  'Encrypt',
  'Decrypt',
  'GenerateDataKey',
  'GenerateDataKeyWithoutPlaintext',
  'ReEncrypt',
  'DescribeKey',
  'GenerateRandom',
] as const;
export type CallOperation = (typeof callOperations)[number];

export type NameForm = 'arn' | 'id' | 'alias' | 'aliasArn' | 'none';

/** All that the panel's fields hold. One form for every operation, so that a blob or a context survives a change of mind. */
export interface CallForm {
  operation: CallOperation;
  nameForm: NameForm;
  plaintext: string;
  plaintextAs: 'text' | 'base64';
  blob: string;
  context: Pair[];
  destinationContext: Pair[];
  destination: string;
  keySpec: 'AES_256' | 'AES_128' | 'bytes';
  byteCount: number | null;
}

export const emptyForm = (): CallForm => ({
  operation: 'Encrypt',
  nameForm: 'arn',
  plaintext: 'The quick brown fox',
  plaintextAs: 'text',
  blob: '',
  context: [],
  destinationContext: [],
  destination: '',
  keySpec: 'AES_256',
  byteCount: 32,
});

/** How KeyId can be written for this key, and what it then is. */
export function keyNames(
  detail: KeyDetail,
  operation: CallOperation,
): readonly { readonly form: NameForm; readonly text: string | undefined }[] {
  const { rec } = detail;
  const alias = detail.aliases[0] === undefined ? undefined : parseAliasName(detail.aliases[0]);
  return [
    { form: 'arn', text: rec.arn },
    { form: 'id', text: rec.key },
    ...(alias
      ? [
          { form: 'alias' as const, text: alias },
          { form: 'aliasArn' as const, text: aliasArn(rec.region, rec.account, alias) },
        ]
      : []),
    // A symmetric ciphertext names its key itself, so Decrypt and ReEncrypt may go without.
    ...(operation === 'Decrypt' || operation === 'ReEncrypt'
      ? [{ form: 'none' as const, text: undefined }]
      : []),
  ];
}

/** Pairs as AWS takes them; none at all when there is none. */
export function contextOf(pairs: readonly Pair[]): Readonly<Record<string, string>> | undefined {
  return pairs.length === 0 ? undefined : Object.fromEntries(pairs.map((p) => [p.name, p.value]));
}

const given = <K extends string, V>(key: K, value: V | undefined): Readonly<Record<string, V>> =>
  value === undefined ? {} : { [key]: value };

/** The input of the call, or which field cannot be read. Everything else is for KMS to refuse. */
export function inputOf(
  form: CallForm,
  KeyId: string | undefined,
): { readonly input: Readonly<Record<string, unknown>> } | { readonly unreadable: 'plaintext' | 'blob' } {
  const key = given('KeyId', KeyId);
  switch (form.operation) {
    case 'Encrypt': {
      const Plaintext = form.plaintextAs === 'text' ? utf8(form.plaintext) : fromBase64(form.plaintext);
      if (!Plaintext) return { unreadable: 'plaintext' };
      return { input: { ...key, Plaintext, ...given('EncryptionContext', contextOf(form.context)) } };
    }
    case 'Decrypt': {
      const CiphertextBlob = fromBase64(form.blob);
      if (!CiphertextBlob) return { unreadable: 'blob' };
      return { input: { ...key, CiphertextBlob, ...given('EncryptionContext', contextOf(form.context)) } };
    }
    case 'GenerateDataKey':
    case 'GenerateDataKeyWithoutPlaintext': {
      const length =
        form.keySpec === 'bytes'
          ? given('NumberOfBytes', form.byteCount ?? undefined)
          : { KeySpec: form.keySpec };
      return { input: { ...key, ...length, ...given('EncryptionContext', contextOf(form.context)) } };
    }
    case 'ReEncrypt': {
      const CiphertextBlob = fromBase64(form.blob);
      if (!CiphertextBlob) return { unreadable: 'blob' };
      return {
        input: {
          CiphertextBlob,
          ...given('SourceEncryptionContext', contextOf(form.context)),
          ...given('SourceKeyId', KeyId),
          DestinationKeyId: form.destination,
          ...given('DestinationEncryptionContext', contextOf(form.destinationContext)),
        },
      };
    }
    case 'DescribeKey':
      return { input: key };
    case 'GenerateRandom':
      return { input: given('NumberOfBytes', form.byteCount ?? undefined) };
  }
}
