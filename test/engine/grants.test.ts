import { describe, expect, it } from 'vitest';
import { ref, utf8, type GrantRec, type KeyArn, type PrincipalArn } from '../../src/engine/index.ts';
import { account, Bench, root } from '../support/bench.ts';

async function withAlice(propagation = false) {
  const bench = new Bench();
  const settings = bench.view.get(ref.world);
  if (settings) bench.put(ref.world, { ...settings, propagation });
  const [alice, bob, carol] = ['Alice', 'Bob', 'Carol'].map((name) =>
    bench.principal(account, 'user', name),
  ) as [PrincipalArn, PrincipalArn, PrincipalArn];
  return { bench, alice, bob, carol, KeyId: await bench.key() };
}
interface Made {
  readonly GrantId: string;
  readonly GrantToken: string;
}
const encrypt = (KeyId: string, more: object = {}) => ({ KeyId, Plaintext: utf8('x'), ...more });

describe('grants', () => {
  it('[policy §6] become visible 5 to 150 virtual seconds later, with the token at once', async () => {
    const delays = new Set<number>();
    for (let n = 0; n < 30; n++) {
      const { bench, alice, KeyId } = await withAlice(true);
      for (let skip = 0; skip < n; skip++) bench.env();
      const made = await bench.ok<Made>('CreateGrant', {
        KeyId,
        GranteePrincipal: alice,
        Operations: ['Encrypt'],
      });
      const rec: GrantRec | undefined = bench.view.get(ref.grant(KeyId as KeyArn, made.GrantId));
      if (!rec) throw new Error('no grant');
      const seconds = (rec.visible - bench.at) / 1000;
      expect(seconds).toBeGreaterThanOrEqual(5);
      expect(seconds).toBeLessThanOrEqual(150);
      delays.add(seconds);
      expect(await bench.refused('Encrypt', encrypt(KeyId), alice)).toContain('AccessDenied');
      await bench.ok('Encrypt', encrypt(KeyId, { GrantTokens: [made.GrantToken] }), alice);
      await bench.advance((seconds - 0.001) / 86_400);
      expect(await bench.refused('Encrypt', encrypt(KeyId), alice)).toContain('AccessDenied');
      await bench.advance(0.002 / 86_400);
      await bench.ok('Encrypt', encrypt(KeyId), alice);
    }
    expect(delays.size).toBeGreaterThan(10);
  });

  it('give at least one operation', async () => {
    const { bench, alice, KeyId } = await withAlice();
    const asked = { KeyId, GranteePrincipal: alice, Operations: [] };
    expect(await bench.refused('CreateGrant', asked)).toMatch(/^ValidationException: /);
    expect(bench.view.get(ref.counter(`grants/${KeyId}`))).toBeUndefined();
  });

  it('[policy §6] same name and parameters: the same GrantId, a token of its own', async () => {
    const { bench, alice, KeyId } = await withAlice();
    const asked = { KeyId, GranteePrincipal: alice, Operations: ['Encrypt', 'Decrypt'], Name: 'mine' };
    const first = await bench.ok<Made>('CreateGrant', asked);
    const again = await bench.ok<Made>('CreateGrant', { ...asked, Operations: ['Decrypt', 'Encrypt'] });
    expect(again.GrantId).toBe(first.GrantId);
    expect(again.GrantToken).not.toBe(first.GrantToken);
    const other = await bench.ok<Made>('CreateGrant', { ...asked, Operations: ['Encrypt'] });
    expect(other.GrantId).not.toBe(first.GrantId);
    expect(bench.view.get(ref.counter(`grants/${KeyId}`))?.count).toBe(2);
  });

  it('[policy §6] are retired by the retiring principal, by a grantee who was given it, and by whom the account lets', async () => {
    const { bench, alice, bob, carol, KeyId } = await withAlice();
    const make = (Operations: string[]) =>
      bench.ok<Made>('CreateGrant', { KeyId, GranteePrincipal: alice, RetiringPrincipal: bob, Operations });
    const byRetirer = await make(['Encrypt']);
    expect(await bench.refused('RetireGrant', { KeyId, GrantId: byRetirer.GrantId }, carol)).toContain(
      'AccessDenied',
    );
    expect(await bench.refused('RetireGrant', { KeyId, GrantId: byRetirer.GrantId }, alice)).toContain(
      'AccessDenied',
    );
    await bench.ok('RetireGrant', { KeyId, GrantId: byRetirer.GrantId }, bob);
    const byGrantee = await make(['Encrypt', 'RetireGrant']);
    await bench.ok('RetireGrant', { KeyId, GrantId: byGrantee.GrantId }, alice);
    const byToken = await make(['Encrypt']);
    await bench.ok('RetireGrant', { GrantToken: byToken.GrantToken }, bob);
    const byRoot = await make(['Encrypt']);
    await bench.ok('RetireGrant', { KeyId, GrantId: byRoot.GrantId }, root);
    expect(await bench.ok('ListGrants', { KeyId })).toMatchObject({ Grants: [] });
  });

  it('[policy §6] a grant that gives CreateGrant lets its grantee give no more than it has', async () => {
    const { bench, alice, bob, KeyId } = await withAlice();
    const Constraints = { EncryptionContextSubset: { team: 'a' } };
    await bench.ok('CreateGrant', {
      KeyId,
      GranteePrincipal: alice,
      Operations: ['Encrypt', 'CreateGrant'],
      Constraints,
    });
    const give = (Operations: string[], constraints: object | undefined) => ({
      KeyId,
      GranteePrincipal: bob,
      Operations,
      ...(constraints ? { Constraints: constraints } : {}),
    });
    expect(await bench.refused('CreateGrant', give(['Decrypt'], Constraints), alice)).toContain(
      'AccessDenied',
    );
    expect(await bench.refused('CreateGrant', give(['Encrypt'], undefined), alice)).toContain('AccessDenied');
    await bench.ok('CreateGrant', give(['Encrypt'], Constraints), alice);
    await bench.ok('Encrypt', encrypt(KeyId, { EncryptionContext: { team: 'a', more: 'x' } }), bob);
    expect(await bench.refused('Encrypt', encrypt(KeyId), bob)).toContain('AccessDenied');
  });
});
