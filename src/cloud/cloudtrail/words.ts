import { refuse, type Refusal } from '../../engine/index.ts';

/* CloudTrail's refusals. https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_LookupEvents.html */

const list = 'CloudTrail API Reference, Errors';

// The names are the API's; OURS: the sentences, of which no recording was seen.
export const oneAttribute = (): Refusal =>
  refuse('InvalidLookupAttributesException', 'You can specify only one lookup attribute.', list);
export const wrongRange = (): Refusal =>
  refuse('InvalidTimeRangeException', 'Start time must be before end time.', list);
export const wrongToken = (): Refusal => refuse('InvalidNextTokenException', 'Invalid token.', list);
export const tooFast = (): Refusal => refuse('ThrottlingException', 'Rate exceeded', list);
export const noTrail = (name: string): Refusal =>
  refuse('TrailNotFoundException', `Unknown trail: ${name}`, list);
export const trailExists = (name: string): Refusal =>
  refuse('TrailAlreadyExistsException', `Trail ${name} already exists.`, list);
export const wrongSelectors = (): Refusal =>
  refuse(
    'InvalidEventSelectorsException',
    'ExcludeManagementEventSources takes kms.amazonaws.com and rdsdata.amazonaws.com.',
    list,
  );
