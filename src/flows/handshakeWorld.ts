import type { CallAnswer, CallProposal, CallRequest, Genesis, WorldApi } from '../client/index.ts';
import { bytesMember } from './context.ts';
import {
  trailNotes,
  type Bytes,
  type KeyArn,
  type PrincipalArn,
  type Region,
  type TrailNote,
} from './run.ts';

/*
 * Two accounts and a role for the cross-account handshake, in a world of their own: made by real calls, all three doors
 * shut.
 */

export const owner = '111122223333';
export const partner = '444455556666';
export const handshakeRegion = 'us-east-1' as Region;
const roleName = 'App';
const serviceOfKey = `s3.${handshakeRegion}.amazonaws.com`;

const arn = (account: string, resource: string) => `arn:aws:iam::${account}:${resource}` as PrincipalArn;
export const people = {
  /** Administrator of the account that owns the key. */
  ownerAdmin: arn(owner, 'user/Admin'),
  /** Administrator of the account that wants to use it. */
  partnerAdmin: arn(partner, 'user/Admin'),
  /** Who takes the role. */
  user: arn(partner, 'user/Ann'),
  role: arn(partner, `role/${roleName}`),
} as const;

const policy = (...Statement: readonly object[]) => ({ Version: '2012-10-17', Statement });
const everything = policy({ Effect: 'Allow', Action: '*', Resource: '*' });

export const handshakeGenesis: Genesis = {
  seed: 'the handshake of KMS Lab',
  now: '2026-01-15T09:00:00.000Z',
  accounts: [
    { id: owner, name: 'Owner', principals: [{ arn: people.ownerAdmin, policies: [everything] }] },
    {
      id: partner,
      name: 'Partner',
      principals: [
        { arn: people.partnerAdmin, policies: [everything] },
        {
          arn: people.user,
          policies: [policy({ Effect: 'Allow', Action: 'sts:AssumeRole', Resource: people.role })],
        },
      ],
    },
  ],
};

/** What a learner may change between two attempts. Each but `through` is one real call. */
export type Mend =
  /** Door 1: whom the role trusts. */
  | { readonly kind: 'trust'; readonly open: boolean }
  /** Door 2: what IAM in the partner's account allows the role. */
  | { readonly kind: 'iam'; readonly open: boolean }
  /** Door 3: what the key policy says to the partner's account, alone or for calls through S3 only. */
  | { readonly kind: 'keyPolicy'; readonly open: boolean | 'viaService' }
  /** Beside doors 2 and 3: a grant from the owner to the role. */
  | { readonly kind: 'grant'; readonly open: boolean }
  /** One of the smallest changes that the last refusal was answered with, by its place in {@link Shaken.advice}. */
  | { readonly kind: 'proposal'; readonly index: number }
  /** How the next Decrypt comes: from the role itself, or through S3 with the role's credentials. */
  | { readonly kind: 'through'; readonly service: boolean };

export interface HandshakeMemo {
  readonly keyArn: KeyArn;
  readonly ciphertext: Bytes;
  /** With its token: a grant counts without one only after it has spread (policy.md §6). */
  readonly grant: { readonly id: string; readonly token: string } | undefined;
  readonly throughService: boolean;
}

const ownerAlone = {
  Effect: 'Allow',
  Principal: { AWS: arn(owner, 'root') },
  Action: 'kms:*',
  Resource: '*',
};
const forPartner = (viaService: boolean) => ({
  Effect: 'Allow',
  Principal: { AWS: arn(partner, 'root') },
  Action: ['kms:Decrypt', 'kms:DescribeKey'],
  Resource: '*',
  ...(viaService ? { Condition: { StringEquals: { 'kms:ViaService': serviceOfKey } } } : {}),
});
const trusting = (principal: string) =>
  JSON.stringify(policy({ Effect: 'Allow', Principal: { AWS: principal }, Action: 'sts:AssumeRole' }));

const by = (
  principal: PrincipalArn,
  service: NonNullable<CallRequest['service']>,
  operation: string,
  input: CallRequest['input'],
): CallRequest => ({ service, operation, input, principal, region: handshakeRegion });

/** The call that changes a door; none for what only changes the next request. */
export function mendRequest(mend: Mend, { keyArn, grant }: HandshakeMemo): CallRequest | undefined {
  switch (mend.kind) {
    case 'trust':
      return by(people.partnerAdmin, 'iam', 'UpdateAssumeRolePolicy', {
        RoleName: roleName,
        PolicyDocument: trusting(mend.open ? people.user : people.partnerAdmin),
      });
    case 'iam': {
      const input = { RoleName: roleName, PolicyName: 'UseForeignKey' };
      const allow = policy({ Effect: 'Allow', Action: 'kms:Decrypt', Resource: keyArn });
      return mend.open
        ? by(people.partnerAdmin, 'iam', 'PutRolePolicy', { ...input, PolicyDocument: JSON.stringify(allow) })
        : by(people.partnerAdmin, 'iam', 'DeleteRolePolicy', input);
    }
    case 'keyPolicy': {
      const more = mend.open === false ? [] : [forPartner(mend.open === 'viaService')];
      return by(people.ownerAdmin, 'kms', 'PutKeyPolicy', {
        KeyId: keyArn,
        Policy: JSON.stringify(policy(ownerAlone, ...more)),
      });
    }
    case 'grant':
      if (mend.open) {
        return by(people.ownerAdmin, 'kms', 'CreateGrant', {
          KeyId: keyArn,
          GranteePrincipal: people.role,
          Operations: ['Decrypt'],
        });
      }
      return grant && by(people.ownerAdmin, 'kms', 'RevokeGrant', { KeyId: keyArn, GrantId: grant.id });
    case 'through':
    case 'proposal':
      return undefined;
  }
}

export const assumeRequest = (): CallRequest =>
  by(people.user, 'sts', 'AssumeRole', { RoleArn: people.role, RoleSessionName: 'handshake' });

/** A Decrypt by the role: as a session when there is one, else as any session of it would be judged. */
export const decryptRequest = (memo: HandshakeMemo, session: PrincipalArn | undefined): CallRequest => ({
  ...by(session ?? people.role, 'kms', 'Decrypt', {
    KeyId: memo.keyArn,
    CiphertextBlob: memo.ciphertext,
    ...(memo.grant ? { GrantTokens: [memo.grant.token] } : {}),
  }),
  viaService: memo.throughService ? serviceOfKey : undefined,
});

/** One call, with where the trail tells of it right after. */
export interface Shaken {
  readonly request: CallRequest;
  readonly answer: CallAnswer;
  readonly trail: readonly TrailNote[];
  /** After a refusal: the fewest edits that would let the call pass, and the fewest without a grant. */
  readonly advice: readonly CallProposal[];
}

export async function shake(world: WorldApi, request: CallRequest): Promise<Shaken> {
  const answer = await world.call(request);
  const trail = trailNotes(await world.trail({ n: 10 }), answer.seq);
  return { request, answer, trail, advice: answer.result.ok ? [] : await adviceOn(world, request) };
}

const grantKinds = ['addGrant', 'addGrantOperation', 'useGrantToken'] as const;
/** What somebody could do with the letter, and with the key. */
const looked = ['Decrypt', 'Encrypt', 'GenerateDataKey', 'DescribeKey', 'CreateGrant', 'PutKeyPolicy'];

/** Those that real calls can carry out, each once. */
async function adviceOn(world: WorldApi, request: CallRequest): Promise<readonly CallProposal[]> {
  const options = { mostProposals: 6, operations: looked };
  const [any, policies] = await Promise.all([
    world.smallestChange(request, options),
    world.smallestChange(request, { ...options, without: grantKinds }),
  ]);
  const byEdits = new Map(
    [...any.proposals, ...policies.proposals].map((one) => [JSON.stringify(one.edits), one]),
  );
  return [...byEdits.values()].filter(({ calls = [] }) => calls.length > 0);
}

async function must(world: WorldApi, request: CallRequest): Promise<Readonly<Record<string, unknown>>> {
  const { result } = await world.call(request);
  if (!result.ok)
    throw new Error(`${request.operation}: ${result.refusal.refused} ${result.refusal.message}`);
  return result.output;
}

/** A key in one account, a role in the other, a ciphertext: nothing of it fits together yet. */
export async function prepareHandshake(world: WorldApi): Promise<HandshakeMemo> {
  const made = await must(world, by(people.ownerAdmin, 'kms', 'CreateKey', {}));
  // The answer's own member; a change of its shape breaks here and nowhere else.
  const { Arn: keyArn } = made['KeyMetadata'] as { readonly Arn: KeyArn };
  const sealed = await must(
    world,
    by(people.ownerAdmin, 'kms', 'Encrypt', {
      KeyId: keyArn,
      Plaintext: new TextEncoder().encode('a letter for the partner'),
    }),
  );
  await must(
    world,
    by(people.partnerAdmin, 'iam', 'CreateRole', {
      RoleName: roleName,
      AssumeRolePolicyDocument: trusting(people.partnerAdmin),
    }),
  );
  return {
    keyArn,
    ciphertext: bytesMember(sealed, 'CiphertextBlob'),
    grant: undefined,
    throughService: false,
  };
}
