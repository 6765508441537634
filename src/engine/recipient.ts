import { refuse, type Refusal } from './model/index.ts';

/** OURS: attestation by an enclave is not simulated yet; refused rather than ignored, which would return plaintext. */
export const recipientFault = (Recipient: unknown): Refusal | undefined =>
  Recipient === undefined
    ? undefined
    : refuse(
        'UnsupportedOperationException',
        'Recipient is not in this version of KMS Lab.',
        'OURS: not built yet',
      );
