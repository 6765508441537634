import { refuse, type Refusal } from '../../engine/index.ts';

/** One of SNS's own for each of KMS's; its sentence is handed on. SNS API Reference, Publish, Errors. */
const byName: Readonly<Record<string, string>> = {
  AccessDeniedException: 'KMSAccessDenied',
  DisabledException: 'KMSDisabled',
  KMSInvalidStateException: 'KMSInvalidState',
  NotFoundException: 'KMSNotFound',
  ThrottlingException: 'KMSThrottling',
};

/** OURS: what has no name of SNS's own is told as a state of the key. */
export const worded = ({ refused, message, because, status }: Refusal): Refusal =>
  refuse(byName[refused] ?? 'KMSInvalidState', message, because, status);
