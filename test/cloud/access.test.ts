import { describe, expect, it } from 'vitest';
import type { CallFacts, CallProposal } from '../../src/client/api.ts';
import type { AccountId, KeyArn, PrincipalArn, Region } from '../../src/engine/index.ts';
import { World } from '../../src/client/world.ts';
import { MemoryStore } from '../../src/store/index.ts';
import { a, adminOf, allow, b, deny, encrypt, house, makeKey, policy, rootOf, trust } from './house.ts';

/*
 * The questions that no call asks: matrix, difference, smallest change, with everything that stands around a call.
 */

const region = 'us-east-1' as Region;
const arn = (text: string) => text as PrincipalArn;

async function world() {
  const one = await World.open(new MemoryStore(), {
    id: 'access',
    genesis: {
      seed: 'access',
      now: '2026-03-01T12:00:00Z',
      accounts: [
        {
          id: a,
          principals: [
            { arn: adminOf(a), policies: [policy(allow('*'))] },
            { arn: `arn:aws:iam::${a}:user/Ann`, policies: [policy(allow('kms:Decrypt'))] },
            { arn: `arn:aws:iam::${a}:role/App` },
          ],
        },
        {
          id: b,
          principals: [
            { arn: adminOf(b), policies: [policy(allow('*'))] },
            { arn: `arn:aws:iam::${b}:role/Other` },
          ],
        },
      ],
    },
  });
  const ask = (facts: Partial<CallFacts> & Pick<CallFacts, 'operation' | 'input'>) =>
    one.call({ principal: arn(adminOf(a)), region, ...facts });
  const made = await ask({ operation: 'CreateKey', input: {} });
  if (!made.result.ok) throw new Error(made.result.refusal.message);
  const key = (made.result.output['KeyMetadata'] as { readonly Arn: KeyArn }).Arn;
  return { one, ask, key };
}

const cell = (
  matrix: {
    readonly rows: readonly (readonly {
      principal: string;
      action: string;
      allowed: boolean;
      decidedBy: string;
    }[])[];
  },
  principal: string,
  action: string,
) => {
  const found = matrix.rows.flat().find((one) => one.principal === principal && one.action === action);
  if (!found) throw new Error(`no cell ${principal} ${action}`);
  return found;
};

/** Carries a proposal out in a fork and makes the call there. */
async function carriedOut(one: World, proposal: CallProposal): Promise<string> {
  const fork = await one.fork();
  const tokens: unknown[] = [];
  for (const call of proposal.calls ?? []) {
    const { result } = await fork.call(call);
    if (!result.ok) return `${call.operation}: ${result.refusal.refused} ${result.refusal.message}`;
    if (call.operation === 'CreateGrant') tokens.push(result.output['GrantToken']);
  }
  const { retry, grantToken } = proposal;
  const input = grantToken === 'ofNewGrant' ? { ...retry.input, GrantTokens: tokens } : retry.input;
  const { result } = await fork.call({ ...retry, input });
  await fork.close();
  return result.ok ? 'Allow' : `${result.refusal.refused}: ${result.refusal.message}`;
}

describe('accessMatrix', () => {
  it('knows every principal of the world, by the name of the role', async () => {
    const { one, key } = await world();
    const matrix = await one.accessMatrix({ key, operations: ['Decrypt', 'Encrypt', 'ReEncrypt'] });
    expect(matrix.principals).toContain(`arn:aws:iam::${a}:role/App`);
    expect(matrix.actions).toEqual(['kms:Decrypt', 'kms:Encrypt', 'kms:ReEncryptFrom', 'kms:ReEncryptTo']);
    expect(cell(matrix, `arn:aws:iam::${a}:user/Ann`, 'kms:Decrypt').allowed).toBe(true);
    expect(cell(matrix, `arn:aws:iam::${a}:user/Ann`, 'kms:Encrypt').allowed).toBe(false);
    expect(cell(matrix, adminOf(b), 'kms:Decrypt')).toMatchObject({ allowed: false, decidedBy: 'keyPolicy' });
  });

  it('knows boundaries and service control policies', async () => {
    const { one, ask, key } = await world();
    const boundary = await ask({
      service: 'iam',
      operation: 'CreatePolicy',
      input: { PolicyName: 'Low', PolicyDocument: policy(allow('kms:DescribeKey')) },
    });
    if (!boundary.result.ok) throw new Error(boundary.result.refusal.message);
    await ask({
      service: 'iam',
      operation: 'PutUserPermissionsBoundary',
      input: { UserName: 'Ann', PermissionsBoundary: `arn:aws:iam::${a}:policy/Low` },
    });
    const matrix = await one.accessMatrix({ key, operations: ['Decrypt'] });
    expect(cell(matrix, `arn:aws:iam::${a}:user/Ann`, 'kms:Decrypt')).toMatchObject({
      allowed: false,
      decidedBy: 'permissionsBoundary',
    });
  });

  it('agrees with explain, cell by cell', async () => {
    const { one, key } = await world();
    const matrix = await one.accessMatrix({ key, operations: ['DescribeKey', 'DisableKey', 'GetKeyPolicy'] });
    for (const one_ of matrix.rows.flat()) {
      const operation = one_.action.slice('kms:'.length);
      const input = operation === 'GetKeyPolicy' ? { KeyId: key, PolicyName: 'default' } : { KeyId: key };
      const told = await one.explain({ operation, input, principal: arn(one_.principal), region });
      expect([one_.principal, one_.action, one_.allowed]).toEqual([
        one_.principal,
        one_.action,
        told.allowed,
      ]);
    }
  });

  it('has services that the key policy names', async () => {
    const { one, ask, key } = await world();
    const keyPolicy = policy(
      { ...allow('kms:*'), Principal: { AWS: rootOf(a) } },
      {
        ...allow('kms:Decrypt', '*', { StringEquals: { 'aws:SourceAccount': a } }),
        Principal: { Service: 'sns.amazonaws.com' },
      },
    );
    await ask({ operation: 'PutKeyPolicy', input: { KeyId: key, Policy: keyPolicy } });
    const without = await one.accessMatrix({ key, operations: ['Decrypt'] });
    expect(cell(without, 'sns.amazonaws.com', 'kms:Decrypt').allowed).toBe(false);
    const withSource = await one.accessMatrix({
      key,
      operations: ['Decrypt'],
      sourceAccount: a as AccountId,
    });
    expect(cell(withSource, 'sns.amazonaws.com', 'kms:Decrypt').allowed).toBe(true);
  });
});

describe('differenceOfPolicies', () => {
  it('tells the changed cells, and a policy that does not read', async () => {
    const { one, key } = await world();
    const other = policy(
      { ...allow('kms:*'), Principal: { AWS: rootOf(a) } },
      { ...allow('kms:Encrypt'), Principal: { AWS: `arn:aws:iam::${a}:role/App` } },
    );
    const told = await one.differenceOfPolicies({ key }, other);
    if (!told.ok) throw new Error(told.refusal.message);
    expect(told.changes.map(({ principal, action, after }) => [principal, action, after.allowed])).toEqual([
      [`arn:aws:iam::${a}:role/App`, 'kms:Encrypt', true],
    ]);
    expect(await one.differenceOfPolicies({ key }, '{"Statement": []}')).toMatchObject({ ok: false });
  });
});

describe('smallestChange', () => {
  const decrypt = (key: string, principal: string): CallFacts => ({
    operation: 'Encrypt',
    input: { KeyId: key, Plaintext: new Uint8Array([1]) },
    principal: arn(principal),
    region,
  });

  it('every proposal is carried out by real calls, and the call passes then', async () => {
    const { one, key } = await world();
    for (const who of [
      `arn:aws:iam::${a}:user/Ann`,
      `arn:aws:iam::${a}:role/App`,
      `arn:aws:iam::${b}:role/Other`,
    ]) {
      const told = await one.smallestChange(decrypt(key, who));
      expect(told.proposals.length).toBeGreaterThan(0);
      for (const proposal of told.proposals) expect(await carriedOut(one, proposal)).toBe('Allow');
    }
  });

  it('says what else an edit opens', async () => {
    const { one, key } = await world();
    const told = await one.smallestChange(decrypt(key, adminOf(b)));
    const delegation = told.proposals.find(({ edits }) => edits.some(({ kind }) => kind === 'addDelegation'));
    const named = told.proposals.find(({ edits }) => edits.some(({ kind }) => kind === 'namePrincipal'));
    expect(named?.alsoOpens).toEqual([]);
    expect(delegation?.alsoOpens.map(({ principal }) => principal)).toEqual([rootOf(b)]);
  });

  it('mends what a call lacks in two permissions', async () => {
    const { one, ask, key } = await world();
    const second = await ask({ operation: 'CreateKey', input: {} });
    if (!second.result.ok) throw new Error(second.result.refusal.message);
    const other = (second.result.output['KeyMetadata'] as { readonly Arn: string }).Arn;
    const sealed = await ask({ operation: 'Encrypt', input: { KeyId: key, Plaintext: new Uint8Array([1]) } });
    if (!sealed.result.ok) throw new Error(sealed.result.refusal.message);
    const facts: CallFacts = {
      operation: 'ReEncrypt',
      input: { CiphertextBlob: sealed.result.output['CiphertextBlob'], DestinationKeyId: other },
      principal: arn(`arn:aws:iam::${a}:user/Ann`),
      region,
    };
    const told = await one.smallestChange(facts);
    expect(new Set(told.proposals[0]?.edits.map(({ action }) => action))).toEqual(
      new Set(['kms:ReEncryptFrom', 'kms:ReEncryptTo']),
    );
    for (const proposal of told.proposals) expect(await carriedOut(one, proposal)).toBe('Allow');
  });

  it('mends a trust policy', async () => {
    const { one, ask } = await world();
    await ask({
      service: 'iam',
      operation: 'CreateRole',
      input: {
        RoleName: 'Door',
        AssumeRolePolicyDocument: policy(
          { ...trust({ AWS: adminOf(a) }) },
          {
            ...trust({ AWS: rootOf(b) }),
            ...deny('sts:AssumeRole'),
            Resource: undefined,
            Principal: { AWS: adminOf(b) },
          },
        ),
      },
    });
    const facts: CallFacts = {
      service: 'sts',
      operation: 'AssumeRole',
      input: { RoleArn: `arn:aws:iam::${a}:role/Door`, RoleSessionName: 'work' },
      principal: arn(adminOf(b)),
      region,
    };
    const told = await one.smallestChange(facts);
    expect(told.proposals.length).toBeGreaterThan(0);
    expect(JSON.stringify(told.proposals)).not.toContain('sts:None');
    for (const proposal of told.proposals) {
      expect(proposal.edits.every(({ trustPolicy }) => trustPolicy)).toBe(true);
      expect(await carriedOut(one, proposal)).toBe('Allow');
    }
  });

  it('of a call that passes says so, and of one that no policy mends why', async () => {
    const { one, key } = await world();
    expect(await one.smallestChange(decrypt(key, adminOf(a)))).toEqual({
      allowed: true,
      refusal: undefined,
      proposals: [],
    });
    const gone = await one.smallestChange({
      ...decrypt('12345678-1234-1234-1234-123456789012', adminOf(a)),
    });
    expect(gone).toMatchObject({ allowed: false, refusal: { refused: 'NotFoundException' }, proposals: [] });
  });
});

describe('in the library', () => {
  it('a lab has the same doors, with plain texts', async () => {
    const lab = await house();
    const key = await makeKey(lab);
    const call = { ...encrypt(key, adminOf(b)) };
    const { proposals } = await lab.smallestChange(call, { operations: ['Encrypt'] });
    expect(proposals[0]?.edits).toHaveLength(1);
    const question = { key, principals: [adminOf(a), adminOf(b)], operations: ['Encrypt'] };
    const { rows } = await lab.accessMatrix(question);
    expect(rows.flat().map(({ allowed }) => allowed)).toEqual([true, false]);
    const open = { Version: '2012-10-17', Statement: [{ ...allow('kms:*'), Principal: '*' }] };
    const told = await lab.differenceOfPolicies(question, open);
    if (!told.ok) throw new Error(told.refusal.message);
    expect(told.changes.map(({ principal, after }) => [principal, after.allowed])).toContainEqual([
      adminOf(b),
      true,
    ]);
  });
});
