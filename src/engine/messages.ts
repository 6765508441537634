import { refuse, type Bytes, type Refusal } from './model/index.ts';

/** How the message of Sign and Verify is given: whole, as its digest, or as ML-DSA's mu. */
export type MessageType = 'RAW' | 'DIGEST' | 'EXTERNAL_MU';

/** specs.json "digestBytes" and "messageTypes". */
const digestBytes = (algorithm: string): number => {
  if (algorithm === 'SM2DSA') return 32;
  const bits = /SHA_(256|384|512)$/.exec(algorithm)?.[1];
  return Number(bits ?? 0) / 8;
};

/** The digest's length must be the algorithm's; ED25519 and ML-DSA take only some of the types. */
export function messageFault(algorithm: string, type: MessageType, message: Bytes): Refusal | undefined {
  const because = 'specs.json messageTypes';
  const wrongType = refuse('ValidationException', '', because);
  if (type === 'EXTERNAL_MU') {
    if (algorithm !== 'ML_DSA_SHAKE_256') return wrongType;
    return message.length === 64 ? undefined : lengthFault(algorithm);
  }
  if (type === 'DIGEST') {
    if (algorithm === 'ML_DSA_SHAKE_256' || algorithm === 'ED25519_SHA_512') return wrongType;
    return message.length === digestBytes(algorithm) ? undefined : lengthFault(algorithm);
  }
  return algorithm === 'ED25519_PH_SHA_512' ? wrongType : undefined;
}

const lengthFault = (algorithm: string): Refusal =>
  refuse(
    'ValidationException',
    `Digest is invalid length for algorithm ${algorithm}.`,
    'FACTS.md Sign DIGEST',
  );

/** What the primitive is given: the whole message, its digest, or mu. */
export const signed = (
  type: MessageType,
  message: Bytes,
): { readonly message: Bytes } | { readonly digest: Bytes } | { readonly mu: Bytes } =>
  type === 'RAW' ? { message } : type === 'DIGEST' ? { digest: message } : { mu: message };
