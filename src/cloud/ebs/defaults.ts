import type { EbsDefaultRec, Operation, Step } from '../../engine/index.ts';
import { at } from '../refs.ts';
import { ec2 } from './declare.ts';
import { defaultKey, encryptsByDefault } from './keys.ts';

// https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_EnableEbsEncryptionByDefault.html and its neighbours.

function change(members: Partial<Pick<EbsDefaultRec, 'encryptByDefault' | 'keyId'>>, step: Step): void {
  const { identity, region, view } = step;
  const here = at.ebsDefault(identity.account, region);
  const rec = view.get(here) ?? {
    account: identity.account,
    region,
    encryptByDefault: false,
    keyId: undefined,
  };
  view.put(here, { ...rec, ...members });
}

const byDefault = (name: string, encryptByDefault: boolean): Operation =>
  ec2<object, object>({
    name,
    refusals: [],
    members: [],
    run(_, step) {
      change({ encryptByDefault }, step);
      return { EbsEncryptionByDefault: encryptByDefault };
    },
    shows: (shown) => ({ ...shown }),
  });

export const defaultOperations: readonly Operation[] = [
  byDefault('EnableEbsEncryptionByDefault', true),
  byDefault('DisableEbsEncryptionByDefault', false),
  ec2<object, object>({
    name: 'GetEbsEncryptionByDefault',
    readOnly: true,
    refusals: [],
    members: [],
    run: (_, step) => ({ EbsEncryptionByDefault: encryptsByDefault(step) }),
  }),
  ec2<{ readonly KmsKeyId: string }, object>({
    name: 'ModifyEbsDefaultKmsKeyId',
    refusals: [],
    members: ['KmsKeyId'],
    run({ KmsKeyId }, step) {
      change({ keyId: KmsKeyId }, step);
      return { KmsKeyId };
    },
    shows: (shown) => ({ ...shown }),
  }),
  ec2<object, object>({
    name: 'ResetEbsDefaultKmsKeyId',
    refusals: [],
    members: [],
    run(_, step) {
      change({ keyId: undefined }, step);
      return { KmsKeyId: defaultKey(step) };
    },
    shows: (shown) => ({ ...shown }),
  }),
  ec2<object, object>({
    name: 'GetEbsDefaultKmsKeyId',
    readOnly: true,
    refusals: [],
    members: [],
    run: (_, step) => ({ KmsKeyId: defaultKey(step) }),
  }),
];
