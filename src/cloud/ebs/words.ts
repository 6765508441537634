import { refuse, type Refusal } from '../../engine/index.ts';

/*
 * EC2's refusals. OURS: the texts; the codes are those of https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html
 */

const list = 'EC2 API Reference, error codes';

export const noVolume = (id: string): Refusal =>
  refuse('InvalidVolume.NotFound', `The volume '${id}' does not exist.`, list);
export const noSnapshot = (id: string): Refusal =>
  refuse('InvalidSnapshot.NotFound', `The snapshot '${id}' does not exist.`, list);
export const noInstance = (id: string): Refusal =>
  refuse('InvalidInstanceID.NotFound', `The instance ID '${id}' does not exist`, list);
export const volumeInUse = (id: string): Refusal =>
  refuse('VolumeInUse', `Volume ${id} is currently attached.`, list);
export const incorrectState = (message: string): Refusal => refuse('IncorrectState', message, list);
export const badCombination = (message: string): Refusal =>
  refuse('InvalidParameterCombination', message, list);
export const notPermitted = (message: string): Refusal => refuse('OperationNotPermitted', message, list);

export const codes = {
  volume: ['InvalidVolume.NotFound', 'VolumeInUse', 'IncorrectState'],
  snapshot: ['InvalidSnapshot.NotFound', 'InvalidParameterCombination', 'OperationNotPermitted'],
  instance: ['InvalidInstanceID.NotFound', 'IncorrectState'],
} as const;

/**
 * EC2 does not refuse when KMS does: it answers at once, and the volume, the attachment or the copy fails afterwards, with
 * the sentence of KMS as its cause (EBS user guide, "EventBridge for Amazon EBS": "… is disabled."; CreateVolume: "the KMS
 * key is authenticated asynchronously").
 */
export const handedOn = (refusal: Refusal): Refusal => refusal;
/** Seen in reports of copies that failed. */
export const notAccessible = 'Given key ID is not accessible';
/** EC2 user guide, "Instance terminates immediately". */
export const launchError = 'Client.InternalError: Client error on launch';
