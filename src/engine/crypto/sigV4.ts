import type { Bytes } from '../model/index.ts';
import { concat, toBase64, toHex, utf8 } from './codec.ts';
import { hmacSha256, hmacSha256Under } from './hash.ts';

/**
 * The secret access key that belongs to an access key id: 40 base64 characters, like AWS's. Derived, so that no record
 * has to hold it. `root` is a secret of the world (32 bytes or more), never shown.
 * OURS: AWS draws secrets at random.
 */
export const credentialSecret = (root: Bytes, accessKeyId: string): string =>
  toBase64(
    hmacSha256(root, concat(utf8('KMS Lab credential'), Uint8Array.of(0), utf8(accessKeyId))).slice(0, 30),
  );

/**
 * kSigning of Signature Version 4. `date` is `20150830`.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html#derive-signing-key
 */
export function sigV4SigningKey(secret: string, date: string, region: string, service: string): Bytes {
  const scope = [date, region, service, 'aws4_request'];
  return scope.reduce((key, part) => hmacSha256(key, utf8(part)), utf8(`AWS4${secret}`));
}

/** 64 lower-case hex digits. */
export const sigV4Signature = (signingKey: Bytes, stringToSign: string): string =>
  toHex(hmacSha256(signingKey, utf8(stringToSign)));

/** Answers the signature of a string to sign. */
export type SigV4Signer = (stringToSign: string) => string;

/** {@link sigV4Signature} under one key, for many requests of a day. */
export function sigV4Signer(signingKey: Bytes): SigV4Signer {
  const mac = hmacSha256Under(signingKey);
  return (stringToSign) => toHex(mac(utf8(stringToSign)));
}

/** Compares two hex texts in a time that does not tell where they differ (only whether their lengths do). */
export function equalHex(a: string, b: string): boolean {
  if (a.length !== b.length) return false;
  let difference = 0;
  for (let i = 0; i < a.length; i++) difference |= a.charCodeAt(i) ^ b.charCodeAt(i);
  return difference === 0;
}
