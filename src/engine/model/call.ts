import type { AccountId, PrincipalArn, Region } from './ids.ts';
import type { SessionRec } from './records.ts';
import type { Diff } from './world.ts';
import type { Trace } from './trace.ts';

/** Who asks, as the simulated network delivers it. */
export type Caller =
  /**
   * A caller that needs no proof: the page itself, tests. `session` makes a role's session of it; the ARN of a session
   * is that of one that AssumeRole has made, the newest when there are several. `mfa`: with a second factor.
   */
  | {
      readonly kind: 'principal';
      readonly arn: PrincipalArn;
      readonly session?: string | undefined;
      readonly mfa?: boolean | undefined;
    }
  /**
   * A service in its own name, with nobody of any account behind it: `s3.amazonaws.com`. A service that calls with the
   * credentials of somebody is that somebody, with `viaService`.
   */
  | {
      readonly kind: 'service';
      readonly service: string;
      /** The resource on whose behalf it calls, and the account of that: aws:SourceArn and aws:SourceAccount. */
      readonly sourceArn?: string | undefined;
      readonly sourceAccount?: AccountId | undefined;
    }
  /** A signed request; the engine knows the secret and checks. */
  | { readonly kind: 'sigV4'; readonly signature: SigV4 };

/** What the door could read of an `authorization` header, and the string that must have been signed. */
export interface SigV4 {
  readonly accessKeyId: string;
  /** `20261124`. */
  readonly date: string;
  readonly region: string;
  readonly service: string;
  readonly signedAt: number;
  readonly stringToSign: string;
  /** 64 hex digits. */
  readonly signature: string;
  readonly sessionToken: string | undefined;
}

/** The services that a world may have. KMS is the engine's own; the others come with a catalogue. */
export type ServiceName =
  | 'kms'
  | 'iam'
  | 'sts'
  | 'organizations'
  | 'ec2'
  | 's3'
  | 'secretsmanager'
  | 'sqs'
  | 'ssm'
  | 'sns'
  | 'lambda'
  | 'dynamodb'
  | 'logs'
  | 'cloudtrail'
  | 'rds'
  | 'kinesis'
  | 'eks'
  | 'redshift'
  | 'events'
  | 'monitoring';

export interface Call {
  /** `kms` when absent. */
  readonly service?: ServiceName | undefined;
  /** AWS's operation name. Unknown names are refused inside. */
  readonly operation: string;
  /** AWS's input with AWS's member names; blobs are Bytes, timestamps Date. Unchecked: parsed inside. */
  readonly input: unknown;
  readonly region: Region;
  readonly caller: Caller;
  readonly userAgent?: string | undefined;
  readonly sourceIp?: string | undefined;
  /** Id of the VPC endpoint that the call comes through. */
  readonly vpcEndpoint?: string | undefined;
  /**
   * A service that calls with the caller's credentials (a forward access session): `s3.us-east-1.amazonaws.com`, as
   * kms:ViaService has it.
   */
  readonly viaService?: string | undefined;
  /** The services that the call went through before that one, the first first: `cloudformation.amazonaws.com`. */
  readonly calledVia?: readonly string[] | undefined;
  /** How many rules of EventBridge have reacted, one to the other, until this call came about. */
  readonly links?: number | undefined;
}

/** The caller after authentication. */
export interface Identity {
  /** The ARN in every message: a session ARN for roles. */
  readonly arn: PrincipalArn;
  /** The user, role or root behind it. */
  readonly principal: PrincipalArn;
  /** Of a service: that of the resource on whose behalf it calls. */
  readonly account: AccountId;
  /** `service`: `arn`, `principal` and `name` are its host name, and policies of accounts do not know it by `account`. */
  readonly kind: 'root' | 'user' | 'session' | 'service';
  readonly principalId: string;
  readonly name: string;
  readonly accessKeyId: string | undefined;
  /** Set when AssumeRole made it. */
  readonly session?: SessionRec | undefined;
  /** With a second factor. */
  readonly mfa?: boolean | undefined;
  /** Of a service: on whose behalf. */
  readonly source?:
    { readonly arn?: string | undefined; readonly account?: AccountId | undefined } | undefined;
}

/** KMS says no: a value, never thrown. */
export interface Refusal {
  /** AWS's exception name. */
  readonly refused: string;
  /** AWS's exact text; empty where AWS sends none. */
  readonly message: string;
  /** 400 for the caller's faults, 500 for the service's. */
  readonly status: number;
  /** Id of the researched fact. */
  readonly because: string;
}

export type Result<O = unknown> =
  { readonly ok: true; readonly output: O } | { readonly ok: false; readonly refusal: Refusal };

export const isRefusal = (value: unknown): value is Refusal =>
  typeof value === 'object' && value !== null && 'refused' in value && 'because' in value;

/** `s3.amazonaws.com` of `s3.us-east-1.amazonaws.com`: what the trail and aws:CalledVia say of kms:ViaService. */
export const serviceHost = (viaService: string): string =>
  viaService.replace(/^([a-z0-9-]+)\.[a-z0-9-]+\.amazonaws\.com/, '$1.amazonaws.com');

/** What a step returns. Nothing has changed yet: the client applies the diff. */
export interface Outcome {
  readonly result: Result;
  readonly diff: Diff;
  readonly trace: Trace;
  readonly events: readonly TrailEvent[];
  readonly redacted: RedactedCall;
}

/** A call without its blobs: what the journal keeps. */
export interface RedactedCall {
  /** `kms` when absent. */
  readonly service?: ServiceName | undefined;
  readonly operation: string;
  readonly region: Region;
  readonly principal: string;
  readonly input: unknown;
  /** Absent for the plain way: from the page, without a second factor. */
  readonly way?: CallWay | undefined;
}

/** How a call came, as far as policies may ask: a call is repeated truly only by the same way. */
export interface CallWay {
  readonly mfa?: boolean | undefined;
  readonly sourceIp?: string | undefined;
  readonly vpcEndpoint?: string | undefined;
  readonly viaService?: string | undefined;
  readonly calledVia?: readonly string[] | undefined;
  readonly sourceArn?: string | undefined;
  readonly sourceAccount?: AccountId | undefined;
}

/** A CloudTrail record (reference/cloudtrail.json). JSON only. */
export interface TrailEvent {
  readonly eventVersion: string;
  readonly userIdentity: Readonly<Record<string, unknown>>;
  readonly eventTime: string;
  /** `kms.amazonaws.com` */
  readonly eventSource: `${ServiceName}.amazonaws.com`;
  readonly eventName: string;
  readonly awsRegion: string;
  readonly sourceIPAddress: string;
  readonly userAgent: string;
  readonly errorCode?: string;
  readonly errorMessage?: string;
  readonly requestParameters: Readonly<Record<string, unknown>> | null;
  readonly responseElements: Readonly<Record<string, unknown>> | null;
  readonly additionalEventData?: Readonly<Record<string, unknown>>;
  readonly requestID?: string;
  readonly eventID: string;
  readonly readOnly: boolean;
  readonly resources: readonly { readonly accountId: string; readonly type: string; readonly ARN: string }[];
  readonly eventType: 'AwsApiCall' | 'AwsServiceEvent';
  readonly managementEvent: true;
  readonly recipientAccountId: string;
  readonly sharedEventID?: string;
  readonly eventCategory: 'Management';
  readonly vpcEndpointId?: string;
  readonly serviceEventDetails?: Readonly<Record<string, unknown>>;
}
