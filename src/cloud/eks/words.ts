import { refuse, type EksIssue, type Refusal } from '../../engine/index.ts';

/* EKS's refusals. https://docs.aws.amazon.com/eks/latest/APIReference/API_AssociateEncryptionConfig.html#API_AssociateEncryptionConfig_Errors */

const list = 'EKS API Reference, Errors';

export const noCluster = (name: string): Refusal =>
  refuse('ResourceNotFoundException', `No cluster found for name: ${name}.`, list, 404);
export const clusterExists = (name: string): Refusal =>
  refuse('ResourceInUseException', `Cluster already exists with name: ${name}`, list, 409);
export const invalidRequest = (message: string): Refusal => refuse('InvalidRequestException', message, list);
export const noSecret = (name: string): Refusal =>
  refuse('NotFoundException', `secrets "${name}" not found`, list, 404);

export const ofKey = ['InvalidParameterException', 'ServerException'] as const;

/** OURS: the words. What KMS said is handed on; a KMS that is too busy is a fault of EKS's. */
export const worded = ({ refused, message, because }: Refusal): Refusal =>
  refused === 'ThrottlingException'
    ? refuse('ServerException', `KMS: ${message}`, because, 500)
    : refuse(
        'InvalidParameterException',
        `The KMS key of encryptionConfig cannot be used: ${refused}: ${message}`,
        because,
      );

/** EKS API Reference, ClusterIssue: its codes for what KMS may say. Undefined: that KMS is busy is no issue of a cluster. */
const codes: Readonly<Record<string, EksIssue['code'] | undefined>> = {
  DisabledException: 'KmsKeyDisabled',
  KMSInvalidStateException: 'KmsKeyMarkedForDeletion',
  NotFoundException: 'KmsKeyNotFound',
  AccessDeniedException: 'KmsGrantRevoked',
};
export const issueOf = ({ refused }: Refusal): EksIssue['code'] | undefined => codes[refused];
