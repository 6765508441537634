import {
  denialFields,
  maskInput,
  partOfAccount,
  studyDenial,
  type DenialField,
  type DenialInput,
  type DenialReport,
} from '../../../client/index.ts';
import type { Pair } from '../../parts/pair.ts';

/** What was pasted, as long as the page lives: it is kept nowhere. */
class Paste {
  readonly texts = $state<Record<DenialField, string>>(
    Object.fromEntries(denialFields.map((field) => [field, ''])) as Record<DenialField, string>, // all of them
  );
  pairs = $state<Pair[]>([]);
  fullAccess = $state(true);
  mask = $state(false);

  get input(): DenialInput {
    return {
      ...this.texts,
      fullAccess: this.fullAccess,
      context: Object.fromEntries(this.pairs.filter((p) => p.name !== '').map((p) => [p.name, p.value])),
    };
  }
  /** A part of a number that a policy compares: then nothing can be masked. */
  get unmaskable(): string | undefined {
    return partOfAccount(this.input);
  }
  get masked(): boolean {
    return this.mask && this.unmaskable === undefined;
  }
  /** What the page shows and gives away: masked as a whole when that is wanted, so that nothing slips through. */
  get shown(): DenialInput {
    return this.masked ? maskInput(this.input).input : this.input;
  }
  get isEmpty(): boolean {
    return denialFields.every((field) => this.texts[field].trim() === '');
  }
  study(): DenialReport {
    return studyDenial(this.shown);
  }
  clear(): void {
    for (const field of denialFields) this.texts[field] = '';
    this.pairs.length = 0;
  }
}

export const paste = new Paste();

/** A denial that many have met: the role may encrypt, and nobody thought of reading. */
export const example = {
  denial:
    'An error occurred (AccessDeniedException) when calling the Decrypt operation: User: arn:aws:sts::210987654321:assumed-role/ReportsApp/i-0a1b2c3d is not authorized to perform: kms:Decrypt on resource: arn:aws:kms:eu-central-1:210987654321:key/1234abcd-12ab-34cd-56ef-1234567890ab because no identity-based policy allows the kms:Decrypt action',
  keyPolicy: JSON.stringify(
    {
      Version: '2012-10-17',
      Statement: [
        {
          Sid: 'Enable IAM User Permissions',
          Effect: 'Allow',
          Principal: { AWS: 'arn:aws:iam::210987654321:root' },
          Action: 'kms:*',
          Resource: '*',
        },
      ],
    },
    undefined,
    2,
  ),
  identityPolicies: JSON.stringify(
    {
      Version: '2012-10-17',
      Statement: [
        {
          Sid: 'WriteReports',
          Effect: 'Allow',
          Action: ['kms:Encrypt', 'kms:GenerateDataKey'],
          Resource: 'arn:aws:kms:eu-central-1:210987654321:key/1234abcd-12ab-34cd-56ef-1234567890ab',
        },
      ],
    },
    undefined,
    2,
  ),
} as const;
