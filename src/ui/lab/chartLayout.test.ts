import { expect, test } from 'vitest';
import type { KeyDetail } from '../../client/index.ts';
import type { KeyRec, KeyState } from '../../engine/index.ts';
import { keyTransitions } from '../../engine/index.ts';
import { medium, narrow, offers, wide, type Layout } from './chartLayout.ts';

const rec = (KeyState: KeyState): KeyRec =>
  ({
    arn: 'arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab',
    KeyState,
    Origin: 'AWS_KMS',
  }) as KeyRec;
const at = (state: KeyState): Pick<KeyDetail, 'rec' | 'transitions'> => ({
  rec: rec(state),
  transitions: keyTransitions(rec(state), { get: () => undefined, range: () => [] }),
});

test.each([
  ['wide', wide],
  ['medium', medium],
  ['narrow', narrow],
] satisfies [string, Layout][])(
  '%s: every way that the machine opens is drawn from where it starts to where it ends',
  (_, layout) => {
    for (const state of ['Enabled', 'Disabled', 'PendingDeletion'] as const) {
      for (const offer of offers(at(state), layout)) {
        expect(offer.way?.operation).toBe(offer.transition.operation);
        if (offer.kind !== 'open') continue;
        expect(offer.way?.from).toBe(state);
        expect(offer.way?.to).toBe(offer.transition.to);
      }
    }
  },
);

test('from Enabled two ways are open, EnableKey changes nothing, CancelKeyDeletion is shut and says why', () => {
  const kinds = Object.fromEntries(offers(at('Enabled'), wide).map((o) => [o.transition.operation, o.kind]));
  expect(kinds).toMatchObject({
    DisableKey: 'open',
    ScheduleKeyDeletion: 'open',
    EnableKey: 'stays',
    CancelKeyDeletion: 'shut',
  });
  const shut = offers(at('Enabled'), wide).find((o) => o.kind === 'shut');
  expect(shut?.transition.refusal?.refused).toBe('KMSInvalidStateException');
});
