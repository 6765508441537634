import { encryptionKeys } from '../authorize.ts';
import { findKeyOfCiphertext, incorrectKey, invalidCiphertext } from '../ciphertext.ts';
import { ciphertextFault, ignoresCiphertext } from '../dryRun.ts';
import { findKey } from '../find.ts';
import { contextFault, decryptUnder, encryptUnder } from '../cipher.ts';
import { isRefusal, type Bytes } from '../model/index.ts';
import { operation, type Located, type LocatedKey } from '../operation.ts';
import { encryptionUsage, noteUse } from '../usage.ts';

// https://docs.aws.amazon.com/kms/latest/APIReference/API_ReEncrypt.html

export interface ReEncryptRequest {
  readonly CiphertextBlob?: Bytes;
  readonly SourceEncryptionContext?: Readonly<Record<string, string>>;
  readonly SourceKeyId?: string;
  readonly DestinationKeyId: string;
  readonly DestinationEncryptionContext?: Readonly<Record<string, string>>;
  readonly SourceEncryptionAlgorithm?: string;
  readonly DestinationEncryptionAlgorithm?: string;
  readonly GrantTokens?: readonly string[];
  readonly DryRun?: boolean;
  readonly DryRunModifiers?: readonly string[];
}
export interface ReEncryptResponse {
  readonly CiphertextBlob: Bytes;
  readonly SourceKeyId: string;
  readonly KeyId: string;
  readonly SourceEncryptionAlgorithm: string;
  readonly DestinationEncryptionAlgorithm: string;
  /** Symmetric encryption keys only, like the next. */
  readonly SourceKeyMaterialId?: string;
  readonly DestinationKeyMaterialId?: string;
}

const algorithm = 'SYMMETRIC_DEFAULT';

export const ReEncrypt = operation<ReEncryptRequest, ReEncryptResponse>({
  name: 'ReEncrypt',
  plane: 'data',
  readOnly: true,
  worksAcrossAccounts: true,
  refusals: ['InvalidCiphertextException', 'ValidationException'],
  check: (input) => ciphertextFault(input, { value: input.SourceKeyId, member: 'sourceKeyId' }),
  find(input, step) {
    const blob = ignoresCiphertext(input) ? undefined : input.CiphertextBlob;
    const from = { blob, KeyId: input.SourceKeyId, by: 'SourceKeyId', action: 'kms:ReEncryptFrom' };
    const source = findKeyOfCiphertext(from, step);
    if (isRefusal(source)) return source;
    const to = {
      by: 'DestinationKeyId',
      text: input.DestinationKeyId,
      action: 'kms:ReEncryptTo',
      aliases: true,
    };
    const destination = findKey(to, step);
    return isRefusal(destination) ? destination : { keys: [source, destination] };
  },
  permissions(input, located) {
    const { source, destination } = sides(located);
    const same = { 'kms:ReEncryptOnSameKey': String(source.rec.arn === destination.rec.arn) };
    return [
      {
        action: 'kms:ReEncryptFrom',
        key: source,
        context: {
          ...same,
          ...encryptionKeys(input.SourceEncryptionContext, input.SourceEncryptionAlgorithm),
        },
      },
      {
        action: 'kms:ReEncryptTo',
        key: destination,
        context: {
          ...same,
          ...encryptionKeys(input.DestinationEncryptionContext, input.DestinationEncryptionAlgorithm),
        },
      },
    ];
  },
  usage(input, located, step) {
    const { source, destination } = sides(located);
    const wrong = incorrectKey(ignoresCiphertext(input) ? undefined : input.CiphertextBlob, source, step);
    if (wrong) return wrong;
    const from = encryptionUsage('ReEncrypt', source, input.SourceEncryptionAlgorithm);
    return isRefusal(from)
      ? from
      : encryptionUsage('ReEncrypt', destination, input.DestinationEncryptionAlgorithm);
  },
  async run(input, located, step) {
    const { source, destination } = sides(located);
    const { CiphertextBlob, SourceEncryptionContext, DestinationEncryptionContext } = input;
    const from = input.SourceEncryptionAlgorithm ?? algorithm;
    const to = input.DestinationEncryptionAlgorithm ?? algorithm;
    const fault =
      contextFault(source.rec, SourceEncryptionContext) ??
      contextFault(destination.rec, DestinationEncryptionContext);
    if (fault) return fault;
    const answer = {
      SourceKeyId: source.rec.arn,
      KeyId: destination.rec.arn,
      SourceEncryptionAlgorithm: from,
      DestinationEncryptionAlgorithm: to,
    };
    if (ignoresCiphertext(input) || !CiphertextBlob) {
      // Nothing to open: the dry run ends in its own exception, which handle.ts answers.
      return { ...answer, CiphertextBlob: new Uint8Array(0) };
    }
    const opened = await decryptUnder(source.rec, from, CiphertextBlob, SourceEncryptionContext, step);
    if (!opened) return invalidCiphertext;
    const sealed = await encryptUnder(
      destination.rec,
      to,
      opened.plaintext,
      DestinationEncryptionContext,
      step,
    );
    opened.plaintext.fill(0);
    if (isRefusal(sealed)) return sealed;
    noteUse(source.rec, 'ReEncrypt', step);
    noteUse(destination.rec, 'ReEncrypt', step);
    return {
      ...answer,
      CiphertextBlob: sealed.blob,
      ...(opened.materialId === undefined ? {} : { SourceKeyMaterialId: opened.materialId }),
      ...(sealed.materialId === undefined ? {} : { DestinationKeyMaterialId: sealed.materialId }),
    };
  },
  trail: {
    request: [
      'SourceKeyId',
      'SourceEncryptionAlgorithm',
      'SourceEncryptionContext',
      'DestinationKeyId',
      'DestinationEncryptionAlgorithm',
      'DestinationEncryptionContext',
    ],
    defaults: () => ({ SourceEncryptionAlgorithm: algorithm, DestinationEncryptionAlgorithm: algorithm }),
    response: 'none',
    additional: ({ SourceKeyMaterialId, DestinationKeyMaterialId }) => ({
      ...(SourceKeyMaterialId === undefined ? {} : { sourceKeyMaterialId: SourceKeyMaterialId }),
      ...(DestinationKeyMaterialId === undefined
        ? {}
        : { destinationKeyMaterialId: DestinationKeyMaterialId }),
    }),
  },
});

function sides(located: Located): { readonly source: LocatedKey; readonly destination: LocatedKey } {
  const [source, destination] = located.keys;
  if (!source || !destination) throw new Error('"ReEncrypt" expected two located keys');
  return { source, destination };
}
