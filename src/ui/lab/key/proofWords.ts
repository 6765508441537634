import type { Outcome } from './outside.ts';

/** Words of signatures and MACs that are checked in place. */
export const proofWords = {
  signatures: {
    title: 'Sign, and check in two places',
    lead: 'KMS signs with the private key, which never leaves it. Whoever has the public key checks the signature alone: change one letter of the message, or one bit of the signature, and see.',
    made: 'Signature, base64',
    make: 'Sign',
    check: 'Verify',
  },
  macs: {
    title: 'Make a MAC, and check it',
    lead: 'One secret key makes and checks it, and it never leaves KMS: only who may call VerifyMac can check. Change one letter of the message, or one bit of the MAC, and see.',
    made: 'MAC, base64',
    make: 'GenerateMac',
    check: 'VerifyMac',
  },
  message: 'Message',
  algorithm: 'Algorithm',
  send: 'What goes to KMS',
  forms: { RAW: 'RAW: the message', DIGEST: 'DIGEST: its hash, made here' },
  flip: 'Change one bit',
  notBase64: 'This is no base64.',
  size: (n: number) => `${n.toLocaleString('en-US')} bytes`,
  first: 'Nothing to check yet.',
  inKms: 'By KMS',
  inKmsSays: 'One call: it needs the permission, counts against the quota, costs, and is in the trail.',
  outside: 'By anybody, outside KMS',
  outsideSays: 'With the public key: no call, no permission, no network. Follows every letter.',
  noOutside: 'Nobody outside KMS can check a MAC: the key that checks is the key that makes.',
  getKey: 'GetPublicKey',
  valid: 'valid',
  invalid: 'not valid',
  by: (outcome: Outcome['by']) =>
    outcome === 'browser'
      ? 'checked by the browser’s WebCrypto'
      : 'checked by the cryptography of this page: the browser has none for this algorithm',
  again: 'Something changed since. Ask again.',
  files: 'The same with OpenSSL, from these files',
  file: (name: string) => `Save ${name}`,
  disabledKey:
    'Even when the key is disabled or deleted, whoever has kept the public key still checks: KMS cannot take it back.',
} as const;
