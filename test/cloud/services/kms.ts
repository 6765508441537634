import { readFileSync, existsSync } from 'node:fs';
import { createLab, type Lab, type LabCall } from '../../../src/client/lab.ts';
import { World } from '../../../src/client/index.ts';
import {
  setQuota,
  symmetricBucket,
  type PrincipalArn,
  type Region,
  type Trace,
  type TrailEvent,
} from '../../../src/engine/index.ts';
import { MemoryStore } from '../../../src/store/index.ts';
import { a, b, adminOf, policy, allow, rootOf } from '../house.ts';

/*
 * What a service asks of KMS, as the trail tells it: the one place from which the tables of calls are read.
 */

export interface KmsCall {
  readonly op: string;
  /** `admin`, a service's host name, or the principal id of infrastructure. */
  readonly by: string;
  /** Of kms:ViaService, as the trail has it: `s3.amazonaws.com`. */
  readonly via: string | undefined;
  readonly context: Readonly<Record<string, string>> | undefined;
  readonly error: string | undefined;
}

const asked = (event: TrailEvent): KmsCall => {
  const { type, arn, invokedBy, principalId } = event.userIdentity as Readonly<
    Record<string, string | undefined>
  >;
  const parameters = (event.requestParameters ?? {}) as Readonly<Record<string, never>>;
  return {
    op: event.eventName,
    by:
      type === 'AWSService'
        ? (invokedBy ?? '')
        : type === 'AssumedRole'
          ? (principalId ?? '')
          : (arn ?? type ?? ''),
    via: type === 'AWSService' ? undefined : invokedBy,
    context: parameters['encryptionContext'] ?? parameters['destinationEncryptionContext'],
    error: event.errorCode,
  };
};

/** The calls of KMS that one call of a service made, in order; those of the caller's own trail. */
export async function kmsCallsOf(lab: Lab, call: LabCall): Promise<readonly KmsCall[]> {
  const before = (await lab.trail()).length;
  await lab.handle(call);
  return (await lab.trail())
    .slice(before)
    .filter(
      ({ eventSource, userIdentity }) =>
        eventSource === 'kms.amazonaws.com' && userIdentity['type'] !== 'AWSAccount',
    )
    .map(asked);
}

export const childrenOf = (trace: Trace): readonly string[] =>
  trace.children.map(({ operation, refusal }) => (refusal ? `${operation}: ${refusal.name}` : operation));

/** services.json, when it is beside the repository. */
const facts = new URL('../../../../shared/reference/services.json', import.meta.url);
export const servicesJson = (): Readonly<Record<string, ServiceFacts>> | undefined =>
  existsSync(facts)
    ? (JSON.parse(readFileSync(facts, 'utf8')) as { services: Readonly<Record<string, ServiceFacts>> })
        .services
    : undefined;
export interface ServiceFacts {
  readonly via: string;
  readonly alias: string;
  readonly calls: readonly { readonly on: string; readonly op: string; readonly by: string }[];
  readonly context: Readonly<Record<string, unknown>> | string;
  readonly grants?: string;
}

export const region = 'us-east-1';
export const alice = `arn:aws:iam::${a}:user/Alice`;

/** A key whose policy leaves it to IAM of its account, and lets the other account in. */
export const openPolicy = policy(
  { Effect: 'Allow', Principal: { AWS: rootOf(a) }, Action: 'kms:*', Resource: '*' },
  { Effect: 'Allow', Principal: { AWS: rootOf(b) }, Action: 'kms:*', Resource: '*' },
);

export const admin = adminOf(a);

const accounts = [
  {
    id: a,
    principals: [
      { arn: admin, policies: [policy(allow('*'))] },
      {
        arn: alice,
        policies: [
          policy(
            allow([
              's3:*',
              'ec2:*',
              'sqs:*',
              'secretsmanager:*',
              'ssm:*',
              'sns:*',
              'lambda:*',
              'dynamodb:*',
              'kinesis:*',
            ]),
          ),
        ],
      },
    ],
  },
  { id: b, principals: [{ arn: adminOf(b), policies: [policy(allow('*'))] }] },
];

/** Two accounts with an administrator each; Alice may use services, and no key. */
export const shop = (options: Parameters<typeof createLab>[0] = {}): Promise<Lab> =>
  createLab({ seed: 'services', now: new Date('2026-03-01T12:00:00Z'), accounts, ...options });

/** As {@link shop}, with quotas that bite: to set one takes the world itself, which a library has not. */
export async function tightShop() {
  const world = await World.open(new MemoryStore(), {
    genesis: { seed: 'services', now: '2026-03-01T12:00:00Z', accounts, switches: { throttling: true } },
  });
  const call = ({ service, operation, input = {}, principal }: LabCall) =>
    world.call({
      service,
      operation,
      input,
      principal: principal as PrincipalArn,
      region: region as Region,
    });
  return {
    call,
    /** From here on nothing is left of the quota of symmetric keys. */
    async drain(): Promise<void> {
      await world.change('SetQuota', {}, (overlay) => setQuota(overlay, symmetricBucket, 1));
      await call({ operation: 'GenerateRandom', input: { NumberOfBytes: 1 }, principal: admin });
    },
  };
}

/** One way in which KMS says no, and what it takes to bring it about for a key. */
export interface Way {
  readonly way: 'disabled' | 'pending deletion' | 'denied' | 'wrong account';
  readonly name: string;
}
export const waysOf: readonly Way[] = [
  { way: 'disabled', name: 'DisabledException' },
  { way: 'pending deletion', name: 'KMSInvalidStateException' },
  { way: 'denied', name: 'AccessDeniedException' },
  { way: 'wrong account', name: 'AccessDeniedException' },
];

const denyAll = (service: string) =>
  policy(
    { Effect: 'Allow', Principal: { AWS: rootOf(a) }, Action: 'kms:*', Resource: '*' },
    {
      Effect: 'Deny',
      Principal: '*',
      Action: ['kms:Encrypt', 'kms:Decrypt', 'kms:GenerateDataKey*', 'kms:ReEncrypt*', 'kms:CreateGrant'],
      Resource: '*',
      Condition: { StringEquals: { 'kms:ViaService': `${service}.${region}.amazonaws.com` } },
    },
  );

/** Makes KMS say no to everything that comes through `service` about this key. */
export async function spoil(lab: Lab, key: string, way: Way['way'], service: string): Promise<void> {
  const ask = async (operation: string, input: Readonly<Record<string, unknown>>) => {
    const { result } = await lab.handle({ operation, input, principal: admin });
    if (!result.ok) throw new Error(result.refusal.message);
  };
  switch (way) {
    case 'disabled':
      return ask('DisableKey', { KeyId: key });
    case 'pending deletion':
      return ask('ScheduleKeyDeletion', { KeyId: key, PendingWindowInDays: 7 });
    case 'denied':
      return ask('PutKeyPolicy', { KeyId: key, Policy: denyAll(service) });
    case 'wrong account':
      return ask('PutKeyPolicy', {
        KeyId: key,
        // The account's own administration, and no use by anybody but another account.
        Policy: policy(
          {
            Effect: 'Allow',
            Principal: { AWS: rootOf(a) },
            Action: ['kms:PutKeyPolicy', 'kms:DescribeKey', 'kms:GetKeyPolicy'],
            Resource: '*',
          },
          { Effect: 'Allow', Principal: { AWS: rootOf(b) }, Action: 'kms:*', Resource: '*' },
        ),
      });
  }
}

/** Calls of one service, that must succeed or must not. */
export const callsOf = (service: NonNullable<LabCall['service']>) => {
  const call = (operation: string, input: Readonly<Record<string, unknown>>, principal = admin): LabCall => ({
    service,
    operation,
    input,
    principal,
  });
  return {
    call,
    async ask(lab: Lab, ...given: Parameters<typeof call>): Promise<Readonly<Record<string, unknown>>> {
      const { result } = await lab.handle(call(...given));
      if (!result.ok) throw new Error(`${given[0]}: ${result.refusal.refused}: ${result.refusal.message}`);
      return result.output;
    },
    async refusal(lab: Lab, ...given: Parameters<typeof call>): Promise<string> {
      const { result } = await lab.handle(call(...given));
      return result.ok ? 'nothing' : `${result.refusal.refused}: ${result.refusal.message}`;
    },
  };
};

/** What every event of a forward access session of the administrator has. */
export const through = (service: string) => ({
  by: admin,
  via: `${service}.amazonaws.com`,
  error: undefined,
});

export async function grantsOn(lab: Lab, key: string): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const { result } = await lab.handle({ operation: 'ListGrants', input: { KeyId: key }, principal: admin });
  return result.ok ? (result.output['Grants'] as readonly Readonly<Record<string, unknown>>[]) : [];
}
