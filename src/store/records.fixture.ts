import {
  aliasArn,
  epochMs,
  keyArn,
  parseAccountId,
  parseAliasName,
  parseKeyId,
  parseRegion,
  type AliasRec,
  type Change,
  type CounterRec,
  type KeyRec,
  type Rec,
  type Ref,
} from '../engine/index.ts';
import type { Entry } from './index.ts';

/* Records for tests of stores and views: small, many, and told apart by a number. */

function sure<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('a fixture is malformed');
  return value;
}
const account = sure(parseAccountId('111122223333'));
const region = sure(parseRegion('us-east-1'));
export const keyNumber = (i: number) =>
  keyArn(region, account, sure(parseKeyId(`00000000-0000-4000-8000-${String(i).padStart(12, '0')}`)));

export const keyRec = (i: number, deletion?: number): KeyRec => ({
  arn: keyNumber(i),
  key: sure(parseKeyId(keyNumber(i).slice(-36))),
  account,
  region,
  KeySpec: 'SYMMETRIC_DEFAULT',
  KeyUsage: 'ENCRYPT_DECRYPT',
  Origin: 'AWS_KMS',
  KeyManager: 'CUSTOMER',
  KeyState: deletion === undefined ? 'Enabled' : 'PendingDeletion',
  Description: '',
  CreationDate: epochMs(0),
  DeletionDate: deletion === undefined ? undefined : epochMs(deletion),
  currentMaterial: '',
  MultiRegion: false,
  pendingWindowInDays: undefined,
  settles: undefined,
  keyStore: undefined,
});
export const aliasRec = (name: string, target: number): AliasRec => {
  const alias = sure(parseAliasName(`alias/${name}`));
  const at = epochMs(0);
  return {
    arn: aliasArn(region, account, alias),
    alias,
    account,
    region,
    target: keyNumber(target),
    CreationDate: at,
    LastUpdatedDate: at,
  };
};
export const counter = (name: string, count: number): CounterRec => ({ name, count });

export const entry = (seq: number, diff: readonly Change[] = []): Entry => ({
  seq,
  group: `step ${seq}`,
  at: epochMs(seq * 1000),
  call: { operation: 'Test', region, principal: 'nobody', input: { seq } },
  diff,
  events: [],
});
export const made = (at: Ref, after: Rec): Change => ({ ref: at, before: undefined, after });
