import { afterAll, beforeAll, expect, test } from 'vitest';
import { keySpecNames, keySpecs, openLab, type LabApi } from '../../../client/index.ts';
import type { KeySpec, KeyUsage, Origin, PrincipalArn, Region } from '../../../engine/index.ts';
import {
  choiceInput,
  firstChoice,
  originOffers,
  scopeOffers,
  settled,
  specOffers,
  usageOffers,
  type KeyChoice,
  type Place,
} from './createChoices.ts';

const principal = 'arn:aws:iam::111122223333:user/Admin' as PrincipalArn;
let api: LabApi;
beforeAll(async () => {
  api = await openLab({
    store: 'memory',
    genesis: { seed: 'choices', now: '2026-11-18T09:00:00Z', switches: { throttling: false } },
  });
});
afterAll(() => api.main.close());

const place = (region: string): Place => ({ region, stores: [] });
const offered = (choice: KeyChoice, at: Place): boolean =>
  [
    usageOffers(at).find((o) => o.value === choice.usage),
    specOffers(choice, at).find((o) => o.value === choice.spec),
    originOffers(choice, at).find((o) => o.value === choice.origin),
    scopeOffers(choice).find((o) => o.value === choice.multiRegion),
  ].every((offer) => offer !== undefined && offer.why === undefined);

const usages: readonly KeyUsage[] = [
  'ENCRYPT_DECRYPT',
  'SIGN_VERIFY',
  'GENERATE_VERIFY_MAC',
  'KEY_AGREEMENT',
  'ENCAPSULATE_DECAPSULATE',
];
const origins: readonly Origin[] = ['AWS_KMS', 'EXTERNAL'];
/** Pairs that take seconds to make say nothing that their smaller sister does not. */
const slow: readonly KeySpec[] = ['RSA_3072', 'RSA_4096'];

test.each(['us-east-1', 'cn-north-1'])(
  'in %s the form offers exactly what CreateKey makes, over all specs, usages and origins',
  { timeout: 120_000 },
  async (region) => {
    const at = place(region);
    const wrong: string[] = [];
    for (const spec of keySpecNames)
      for (const usage of usages)
        for (const origin of origins) {
          const choice: KeyChoice = { spec, usage, origin, multiRegion: false };
          const says = offered(choice, at);
          if (says && origin === 'AWS_KMS' && slow.includes(spec)) continue;
          const { result } = await api.main.call({
            operation: 'CreateKey',
            input: { KeyUsage: usage, ...choiceInput(choice) },
            principal,
            region: region as Region,
          });
          if (result.ok !== says)
            wrong.push(`${spec} ${usage} ${origin}: offered ${says}, made ${result.ok}`);
        }
    expect(wrong).toEqual([]);
  },
);

test('what is shut says why, and what no longer goes with a choice moves to the first that does', () => {
  const at = place('us-east-1');
  for (const { why, value } of specOffers({ usage: 'KEY_AGREEMENT' }, at))
    expect(why === undefined).toBe(keySpecs[value].usages.includes('KEY_AGREEMENT') && value !== 'SM2');
  expect(settled({ ...firstChoice(), usage: 'GENERATE_VERIFY_MAC' }, at).spec).toBe('HMAC_224');
  expect(
    settled({ usage: 'SIGN_VERIFY', spec: 'ML_DSA_44', origin: 'EXTERNAL', multiRegion: true }, at),
  ).toEqual({ usage: 'SIGN_VERIFY', spec: 'ML_DSA_44', origin: 'AWS_KMS', multiRegion: true });
  expect(originOffers({ spec: 'SYMMETRIC_DEFAULT' }, at).at(-1)?.why).toBe(
    'You have no key store of this kind in us-east-1.',
  );
});
