import type { ServiceFault } from './model/index.ts';

/*
 * Which of the service's own faults an operation can answer with: operations.json "errors". KMSInternalException is in
 * every list.
 */

const withoutDependencyTimeout: ReadonlySet<string> = new Set([
  'ConnectCustomKeyStore',
  'CreateCustomKeyStore',
  'DeleteCustomKeyStore',
  'DescribeCustomKeyStores',
  'DisconnectCustomKeyStore',
  'GenerateMac',
  'ListKeyRotations',
  'ListResourceTags',
  'ReplicateKey',
  'TagResource',
  'UntagResource',
  'UpdateCustomKeyStore',
  'UpdatePrimaryRegion',
  'VerifyMac',
]);

/** Those that use a key: it can be out of reach for a moment. */
const withKeyUnavailable: ReadonlySet<string> = new Set([
  'Decapsulate',
  'Decrypt',
  'DeriveSharedSecret',
  'Encapsulate',
  'Encrypt',
  'GenerateDataKey',
  'GenerateDataKeyPair',
  'GenerateDataKeyPairWithoutPlaintext',
  'GenerateDataKeyWithoutPlaintext',
  'GenerateMac',
  'GetPublicKey',
  'ReEncrypt',
  'Sign',
  'Verify',
  'VerifyMac',
]);

/** Whether a call of `operation` meets a fault that is switched on. */
export function meets(operation: string, fault: ServiceFault): boolean {
  switch (fault) {
    case 'KMSInternalException':
      return true;
    case 'DependencyTimeoutException':
      return !withoutDependencyTimeout.has(operation);
    case 'KeyUnavailableException':
      return withKeyUnavailable.has(operation);
    default:
      return fault satisfies never;
  }
}
