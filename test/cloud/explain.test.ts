import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Lab, LabCall } from '../../src/client/lab.ts';
import {
  a,
  adminOf,
  allow,
  b,
  by,
  deny,
  encrypt,
  house,
  makeKey,
  makeRole,
  makeUser,
  policy,
  rootOf,
  trust,
} from './house.ts';

/*
 * What `explain` says is what the call then meets. KMS_LONG=1 asks ten times as often.
 */

const runs = process.env['KMS_LONG'] ? 600 : 60;
const seed = Number(process.env['KMS_SEED'] ?? Date.now() % 2 ** 31);

const conditions: readonly (object | undefined)[] = [
  undefined,
  { StringEquals: { 'kms:EncryptionContext:app': 'pay' } },
  { Bool: { 'aws:MultiFactorAuthPresent': 'true' } },
  { StringLike: { 'kms:ViaService': 's3.*.amazonaws.com' } },
  { StringEqualsIfExists: { 'aws:PrincipalTag/team': 'blue' } },
];
const actions = ['kms:*', 'kms:Encrypt', 'kms:Decrypt', 'kms:GenerateDataKey*', 'sts:*', 'iam:*', '*'];

const statement = fc
  .tuple(fc.constantFrom(...actions), fc.constantFrom(...conditions), fc.boolean())
  .map(([action, condition, allows]) => ({
    ...allow(action, '*', condition),
    ...(allows ? {} : { Effect: 'Deny' }),
  }));
const document = fc.array(statement, { minLength: 1, maxLength: 3 });

/** Principals of a key policy or a trust policy, by number, so that shrinking stays readable. */
const whom = fc.constantFrom(rootOf(a), rootOf(b), adminOf(a), '*');

const scene = fc.record({
  user: document,
  role: document,
  boundary: fc.option(document),
  keyPolicy: fc.array(fc.tuple(whom, statement), { maxLength: 3 }),
  trusts: fc.array(fc.tuple(whom, fc.boolean()), { minLength: 1, maxLength: 2 }),
  sessionPolicy: fc.option(document),
  scp: fc.option(document),
  calls: fc.array(
    fc.record({
      what: fc.constantFrom(
        'Encrypt',
        'Decrypt',
        'ListKeys',
        'DescribeKey',
        'CreateGrant',
        'CreateUser',
        'AssumeRole',
        'Nonsense',
        'TagUser',
      ),
      who: fc.nat(3),
      app: fc.option(fc.constantFrom('pay', 'other')),
      mfa: fc.boolean(),
      via: fc.boolean(),
      disabled: fc.boolean(),
    }),
    { minLength: 3, maxLength: 8 },
  ),
});
type Scene = typeof scene extends fc.Arbitrary<infer S> ? S : never;

async function build(lab: Lab, given: Scene) {
  const admin = by(lab, adminOf(a));
  const user = await makeUser(lab, 'Ann', policy(...given.user));
  const foreign = await makeUser(lab, 'Bea', policy(...given.role), b);
  const trusts = given.trusts.map(([AWS, allows]) => ({
    ...trust({ AWS }),
    ...(allows ? {} : { Effect: 'Deny' }),
  }));
  const role = await makeRole(lab, 'R', policy(...trusts), policy(...given.role));
  if (given.boundary) {
    const { Policy } = await admin('iam', 'CreatePolicy', {
      PolicyName: 'Edge',
      PolicyDocument: policy(...given.boundary),
    });
    const PermissionsBoundary = (Policy as { readonly Arn: string }).Arn;
    await admin('iam', 'PutUserPermissionsBoundary', { UserName: 'Ann', PermissionsBoundary });
  }
  const own = { ...allow('kms:*'), Principal: { AWS: adminOf(a) } };
  const key = await makeKey(
    lab,
    a,
    policy(own, ...given.keyPolicy.map(([AWS, one]) => ({ ...one, Principal: { AWS } })))
      .replaceAll('sts:*', 'kms:List*')
      .replaceAll('iam:*', 'kms:Get*'),
  ).catch(() => makeKey(lab)); // a policy that would lock its maker out
  if (given.scp) {
    const chief = by(lab, adminOf(b));
    await chief('organizations', 'CreateOrganization', {});
    await chief('organizations', 'InviteAccountToOrganization', { Target: { Id: a, Type: 'ACCOUNT' } });
    const { Policy } = await chief('organizations', 'CreatePolicy', {
      Name: 'One',
      Description: '',
      Type: 'SERVICE_CONTROL_POLICY',
      Content: policy(...given.scp),
    });
    const PolicyId = (Policy as { readonly PolicySummary: { readonly Id: string } }).PolicySummary.Id;
    await chief('organizations', 'AttachPolicy', { PolicyId, TargetId: a });
  }
  const session = await lab.handle({
    service: 'sts',
    operation: 'AssumeRole',
    input: {
      RoleArn: role,
      RoleSessionName: 'ss',
      ...(given.sessionPolicy ? { Policy: policy(...given.sessionPolicy) } : {}),
    },
    principal: user,
  });
  const people = [
    user,
    foreign,
    adminOf(a),
    session.result.ok ? `arn:aws:sts::${a}:assumed-role/R/ss` : rootOf(a),
  ];
  return { key, role, people };
}

function callOf(
  line: Scene['calls'][number],
  { key, role, people }: Awaited<ReturnType<typeof build>>,
): LabCall {
  const principal = people[line.who] ?? rootOf(a);
  const facts = { principal, mfa: line.mfa, viaService: line.via ? 's3.us-east-1.amazonaws.com' : undefined };
  const EncryptionContext = line.app === null ? undefined : { app: line.app };
  switch (line.what) {
    case 'Encrypt':
      return {
        ...encrypt(key, principal, facts),
        input: { KeyId: key, Plaintext: new Uint8Array(3), EncryptionContext },
      };
    case 'Decrypt':
      return {
        ...facts,
        operation: 'Decrypt',
        input: { KeyId: key, CiphertextBlob: new Uint8Array(40), EncryptionContext },
      };
    case 'CreateGrant':
      return {
        ...facts,
        operation: 'CreateGrant',
        input: { KeyId: key, GranteePrincipal: principal, Operations: ['Encrypt'] },
      };
    case 'DescribeKey':
      return { ...facts, operation: 'DescribeKey', input: { KeyId: key } };
    case 'CreateUser':
    case 'TagUser':
      return {
        ...facts,
        service: 'iam',
        operation: line.what,
        input: { UserName: 'Ann', Tags: [{ Key: 'team', Value: 'red' }] },
      };
    case 'AssumeRole':
      return {
        ...facts,
        service: 'sts',
        operation: 'AssumeRole',
        input: { RoleArn: role, RoleSessionName: 'tt' },
      };
    default:
      return { ...facts, operation: line.what };
  }
}

const authorized = (trace: {
  readonly steps: readonly { readonly stage: string; readonly detail: unknown }[];
}) => trace.steps.find(({ stage }) => stage === 'authorize')?.detail;
/** The journal: what was done, and what it changed. */
const entries = async (lab: Lab): Promise<string> => {
  const { entries: all } = await lab.snapshot();
  const lines = all as readonly { readonly seq: number; readonly call: unknown }[];
  return JSON.stringify(lines.map(({ seq, call }) => [seq, call]));
};

const early = new Set(['parse', 'authenticate', 'validate', 'findKey', 'authorize']);

describe('explain', () => {
  it('decides what the real call then meets, tree by tree, and changes nothing', async () => {
    let [denied, allowed] = [0, 0];
    await fc.assert(
      fc.asyncProperty(scene, async (given) => {
        const lab = await house({ throttling: true });
        try {
          const around = await build(lab, given);
          await lab.setSwitches({ throttling: false });
          for (const line of given.calls) {
            const call = callOf(line, around);
            const before = await entries(lab);
            const said = await lab.explain(call);
            expect(await entries(lab)).toBe(before);
            const { result, trace } = await lab.handle(call);
            const stopped = trace.refusal !== undefined && early.has(trace.refusal.stage);
            expect(said.allowed).toBe(!stopped);
            expect(said.refusal).toEqual(stopped && !result.ok ? result.refusal : undefined);
            expect({ decisions: said.decisions }).toEqual(authorized(trace) ?? { decisions: [] });
            if (authorized(trace)) stopped ? (denied += 1) : (allowed += 1);
          }
        } finally {
          await lab.close();
        }
      }),
      { numRuns: runs, seed },
    );
    console.log(`explain: KMS_SEED=${seed}, ${allowed} allowed, ${denied} denied`);
    expect(Math.min(allowed, denied)).toBeGreaterThan(0);
  }, 120_000);

  it('takes nothing from a quota and leaves no event', async () => {
    const lab = await house({ throttling: true });
    const key = await makeKey(lab);
    const events = (await lab.trail()).length;
    for (let i = 0; i < 20; i += 1)
      expect(
        (await lab.explain({ operation: 'DisableKey', input: { KeyId: key }, principal: adminOf(a) }))
          .allowed,
      ).toBe(true);
    expect(await lab.trail()).toHaveLength(events);
    // Five a second: the twenty above have taken none of them.
    for (let i = 0; i < 5; i += 1) {
      const { result } = await lab.handle({
        operation: 'DisableKey',
        input: { KeyId: key },
        principal: adminOf(a),
      });
      expect(result.ok).toBe(true);
    }
  });

  it('looks at the world as it would be when the call comes: what is due has fallen due', async () => {
    const lab = await house();
    const key = await makeKey(lab);
    await by(lab, adminOf(a))('kms', 'ScheduleKeyDeletion', { KeyId: key, PendingWindowInDays: 7 });
    await lab.advance({ days: 8 });
    const { refusal } = await lab.explain(encrypt(key, adminOf(a)));
    expect(refusal?.refused).toBe('NotFoundException');
  });

  it('names the statement that decided', async () => {
    const lab = await house();
    const key = await makeKey(lab);
    const user = await makeUser(lab, 'Ann', policy(allow('kms:*'), deny('kms:Encrypt')));
    const { decisions, allowed } = await lab.explain(encrypt(key, user));
    expect(allowed).toBe(false);
    const [decision] = decisions;
    expect(decision).toMatchObject({ kind: 'explicitDeny', decidedBy: 'identityPolicy' });
    const reason = decision?.policies.find(({ type }) => type === 'identityPolicy');
    expect(reason?.statements.map(({ effect, applies }) => [effect, applies])).toEqual([
      ['Allow', true],
      ['Deny', true],
    ]);
  });
});
