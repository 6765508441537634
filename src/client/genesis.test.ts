import { describe, expect, it } from 'vitest';
import { ref, seededBytes, tableOf, type PrincipalArn, type PrincipalRec } from '../engine/index.ts';
import type { Genesis } from './api.ts';
import { genesisDiff, GenesisError } from './genesis.ts';

const make = (genesis: Genesis) => genesisDiff(genesis, seededBytes('seed', 1));
const arn = (rest: string) => `arn:aws:iam::111122223333:${rest}`;
const one = (...principals: { arn: string; policies?: (object | string)[] }[]): Genesis => ({
  accounts: [{ id: '111122223333', principals }],
});

describe('genesisDiff', () => {
  it('makes only, and each record once', () => {
    const diff = make({});
    expect(diff.every(({ before, after }) => before === undefined && after !== undefined)).toBe(true);
    expect(new Set(diff.map((change) => change.ref)).size).toBe(diff.length);
    const count = (table: string) => diff.filter((change) => tableOf(change.ref) === table).length;
    expect(['account', 'principal', 'identityPolicy', 'credential'].map(count)).toEqual([2, 8, 2, 6]);
  });

  it('gives users, roles and roots the unique ids that IAM gives them', () => {
    const principals = make({}).flatMap(({ ref: at, after }) =>
      tableOf(at) === 'principal' ? [after as PrincipalRec] : [],
    );
    const forms = { user: /^AIDA[A-Z2-7]{17}$/, role: /^AROA[A-Z2-7]{17}$/, root: /^\d{12}$/ };
    for (const { kind, principalId } of principals) expect(principalId).toMatch(forms[kind]);
    expect(new Set(principals.map(({ principalId }) => principalId)).size).toBe(8);
  });

  it('takes paths, the root by name, policies as text or object, a date and switches', () => {
    const policy = { Version: '2012-10-17', Statement: [] };
    const diff = make({
      ...one({ arn: arn('user/team/Eve'), policies: [policy, JSON.stringify(policy)] }, { arn: arn('root') }),
      now: '2026-11-24T00:00:00Z',
      switches: { fault: 'KMSInternalException' },
    });
    const eve = arn('user/team/Eve') as PrincipalArn;
    const after = (at: string) => diff.find((change) => change.ref === at)?.after;
    expect(after(ref.principal(eve))).toMatchObject({ kind: 'user', name: 'Eve' });
    expect(after(ref.identityPolicy(eve, 'policy-2'))).toMatchObject({ document: JSON.stringify(policy) });
    expect(after(ref.clock)).toEqual({ mode: 'frozen', at: Date.UTC(2026, 10, 24) });
    expect(after(ref.world)).toMatchObject({ fault: 'KMSInternalException', throttling: false });
  });

  it('[OURS] quotas bite unless the clock is frozen, when they could never refill', () => {
    const settings = (genesis: Genesis) => make(genesis).find((change) => change.ref === ref.world)?.after;
    expect(settings({})).toMatchObject({ throttling: true });
    expect(settings({ now: '2026-01-01' })).toMatchObject({ throttling: false });
    expect(settings({ now: '2026-01-01', switches: { throttling: true } })).toMatchObject({
      throttling: true,
    });
  });

  const wrong: readonly [string, Genesis, RegExp][] = [
    ['a date', { now: 'yesterday' }, /now must be an ISO date/],
    ['an empty seed', { seed: '' }, /seed must be/],
    ['no account', { accounts: [] }, /accounts must be/],
    ['an account id', { accounts: [{ id: '1' }] }, /accounts\[0\]\.id must be twelve digits/],
    [
      'an account twice',
      { accounts: [{ id: '111122223333' }, { id: '111122223333' }] },
      /accounts\[1\]\.id is there twice/,
    ],
    ['no account at all', { accounts: [null as never] }, /accounts\[0\]\.id/],
    [
      'another account',
      one({ arn: 'arn:aws:iam::444455556666:user/A' }),
      /principals\[0\]\.arn belongs to account 444455556666/,
    ],
    ['a session', one({ arn: arn('assumed-role/A/s') }), /names neither a user nor a role/],
    ['a key', one({ arn: 'arn:aws:kms:us-east-1:111122223333:key/1' }), /is not the ARN of a user or role/],
    [
      'a principal twice',
      one({ arn: arn('user/A') }, { arn: arn('user/A') }),
      /principals\[1\]\.arn is there twice/,
    ],
    ['a policy on the root', one({ arn: arn('root'), policies: [{}] }), /root user has no identity policies/],
    ['a policy that is no JSON', one({ arn: arn('user/A'), policies: ['{'] }), /policies\[0\] is not JSON/],
    [
      'a policy that is a list',
      one({ arn: arn('user/A'), policies: [[]] }),
      /policies\[0\] must be a policy document/,
    ],
    ['a switch', { switches: { throtling: true } as never }, /switches\.throtling is not a switch/],
    ['a fault', { switches: { fault: 'Bang' as never } }, /switches\.fault must be one of/],
  ];
  it.each(wrong)('names the place: %s', (_what, genesis, message) => {
    expect(() => make(genesis)).toThrow(GenesisError);
    expect(() => make(genesis)).toThrow(message);
  });
});
