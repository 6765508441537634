import { describe, expect, it } from 'vitest';
import {
  accessMatrix,
  compile,
  createLab,
  decide,
  lintPolicy,
  PolicyInputError,
  serviceOperations,
  smallestChange,
} from '../../src/client/lab.ts';
import { a, adminOf, allow, rootOf } from './house.ts';

/* What the library's door gives to those who test policies of their own. */

const key = `arn:aws:kms:us-east-1:${a}:key/1234abcd-12ab-34cd-56ef-1234567890ab`;
const keyPolicy = {
  Version: '2012-10-17',
  Statement: [{ ...allow('kms:*'), Principal: { AWS: rootOf(a) } }],
};
const question = {
  principal: `arn:aws:iam::${a}:user/Alice`,
  action: 'kms:Decrypt',
  resource: key,
  keyPolicy,
};

describe('the library without a lab', () => {
  it('decides, in AWS’s sentence', () => {
    expect(decide(question)).toMatchObject({
      decision: 'Deny',
      message: `User: arn:aws:iam::${a}:user/Alice is not authorized to perform: kms:Decrypt on resource: ${key} because no identity-based policy allows the kms:Decrypt action`,
    });
    const identityPolicies = [{ Version: '2012-10-17', Statement: [allow('kms:Decrypt', key)] }];
    expect(decide({ ...question, identityPolicies }).decision).toBe('Allow');
    expect(() => decide({ ...question, keyPolicy: { Statement: [] } })).toThrow(PolicyInputError);
  });

  it('compiles once for many, and proposes a change that it has tried', () => {
    const compiled = compile({ keyPolicy });
    const request = compiled.requestFor(question);
    expect(compiled.decide(question).allowed).toBe(false);
    expect(smallestChange(request).length).toBeGreaterThan(0);
    const matrix = accessMatrix([request], ['kms:Decrypt', 'kms:Encrypt'], request);
    expect(matrix.rows.flat()).toHaveLength(2);
  });

  it('lints', () => {
    const open = { ...keyPolicy, Statement: [{ ...allow('kms:*'), Principal: '*' }] };
    expect(lintPolicy(JSON.stringify(open), { kind: 'key' }).length).toBeGreaterThan(0);
  });
});

describe('a lab as it comes', () => {
  it('lets its administrator manage identities too', async () => {
    const lab = await createLab();
    const { result } = await lab.handle({
      service: 'iam',
      operation: 'CreateUser',
      input: { UserName: 'Bob' },
      principal: adminOf(a),
    });
    expect(result.ok).toBe(true);
    // From now on Bob is somebody.
    const { allowed } = await lab.explain({
      operation: 'ListKeys',
      principal: `arn:aws:iam::${a}:user/Bob`,
    });
    expect(allowed).toBe(false);
    await expect(
      lab.explain({ operation: 'ListKeys', principal: `arn:aws:iam::${a}:user/Eve` }),
    ).rejects.toThrow(/no principal/);
  });

  it('knows what it has', () => {
    expect(serviceOperations.kms).toHaveLength(56);
    expect(serviceOperations.sts).toEqual(['AssumeRole', 'GetCallerIdentity']);
    expect(serviceOperations.iam).toEqual(
      expect.arrayContaining(['CreateUser', 'PutRolePermissionsBoundary']),
    );
  });

  it('has every operation that its shapes name, and no service beside them', async () => {
    const lab = await createLab();
    for (const service of ['iam', 'sts', 'organizations', 'ec2'] as const) {
      const { result } = await lab.handle({ service, operation: 'Nonsense', principal: adminOf(a) });
      expect(result.ok).toBe(false);
    }
    const strange = await lab.handle({
      // A caller without types.
      service: 'toString' as 'iam',
      operation: 'CreateUser',
      principal: adminOf(a),
    });
    expect(strange.result).toMatchObject({ ok: false, refusal: { refused: 'UnknownOperationException' } });
  });
});
