import { describe, expect, it } from 'vitest';
import { a, adminOf, done, house, makeKey } from '../../../test/cloud/house.ts';
import { alarmsOf, reactionsTo } from './alarms.ts';
import { opensToAll } from './match.ts';
import { evaluate } from './rules.ts';

describe('watching', () => {
  it('an alarm rings when the event has been delivered, and a rule that reacts mends what it rings about', async () => {
    const lab = await house();
    const KeyId = await makeKey(lab, a);
    await done(lab, { operation: 'DisableKey', input: { KeyId }, principal: adminOf(a) });
    const events = await lab.trail();
    const at = lab.now().getTime();
    expect(alarmsOf(events, at)).toEqual([]);
    expect(alarmsOf(events, at + 300_000).map(({ rule }) => rule.id)).toEqual(['keyDisabled']);
    const [wanted] = reactionsTo(events, [
      {
        id: 'enableAgain',
        pattern: { names: ['DisableKey'], outcome: 'ok' },
        operation: 'EnableKey',
        input: { KeyId: '{key}' },
      },
    ]);
    expect(wanted).toMatchObject({ operation: 'EnableKey', input: { KeyId } });
    if (!wanted) throw new Error('nothing was wanted');
    await done(lab, { operation: wanted.operation, input: wanted.input, principal: adminOf(a) });
    expect(
      await done(lab, { operation: 'DescribeKey', input: { KeyId }, principal: adminOf(a) }),
    ).toMatchObject({
      KeyMetadata: { KeyState: 'Enabled' },
    });
  });

  it('a use of a key that waits for deletion is an alarm of its own', async () => {
    const lab = await house();
    const KeyId = await makeKey(lab, a);
    await done(lab, { operation: 'ScheduleKeyDeletion', input: { KeyId }, principal: adminOf(a) });
    await lab.handle({
      operation: 'Encrypt',
      input: { KeyId, Plaintext: new Uint8Array([1]) },
      principal: adminOf(a),
    });
    const rung = alarmsOf(await lab.trail(), lab.now().getTime() + 600_000).map(({ rule }) => rule.id);
    expect(new Set(rung)).toEqual(new Set(['deletionScheduled', 'pendingKeyUsed']));
  });

  const key = {
    arn: 'k',
    spec: 'SYMMETRIC_DEFAULT',
    manager: 'CUSTOMER',
    origin: 'AWS_KMS',
    state: 'Enabled',
    rotation: false,
  } as const;

  it('Config asks for rotation of what can rotate, and that no key waits for deletion', () => {
    const found = (part: object) =>
      evaluate([{ ...key, ...part }])
        .filter(({ compliance }) => compliance === 'NON_COMPLIANT')
        .map(({ rule }) => rule);
    expect(found({})).toEqual(['cmk-backing-key-rotation-enabled']);
    expect(found({ rotation: true })).toEqual([]);
    expect(found({ spec: 'RSA_2048' })).toEqual([]);
    expect(found({ rotation: true, state: 'PendingDeletion' })).toEqual([
      'kms-cmk-not-scheduled-for-deletion',
    ]);
    expect(found({ manager: 'AWS' })).toEqual([]);
    const open = JSON.stringify({
      Statement: { Effect: 'Allow', Principal: '*', Action: 'kms:*', Resource: '*' },
    });
    expect(found({ rotation: true, policy: open })).toEqual(['kms-key-policy-no-public-access']);
  });

  it.each([
    ['*', undefined, true],
    [{ AWS: '*' }, undefined, true],
    [{ AWS: ['arn:aws:iam::1:root', '*'] }, undefined, true],
    [{ AWS: '*' }, { StringEquals: { 'kms:CallerAccount': '1' } }, false],
    [{ AWS: 'arn:aws:iam::1:root' }, undefined, false],
  ])('a policy for %j under %j opens to all: %s', (Principal, Condition, wanted) => {
    const Statement = [
      { Effect: 'Allow', Principal, Action: 'kms:*', Resource: '*', ...(Condition && { Condition }) },
    ];
    expect(opensToAll(JSON.stringify({ Statement }))).toBe(wanted);
  });
});
