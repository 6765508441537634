import { equalHex, type SigV4Signer } from './crypto/index.ts';
import { signerOf } from './hsm.ts';
import {
  indexKey,
  parseAccountId,
  parseArn,
  ref,
  refuse,
  type AccountId,
  type Call,
  type Caller,
  type CredentialRec,
  type Env,
  type Identity,
  type PrincipalArn,
  type PrincipalRec,
  type Refusal,
  type SessionRec,
  type SigV4,
  type Soon,
  type Work,
} from './model/index.ts';
import type { Overlay } from './overlay.ts';
import { isServiceName } from './policy/index.ts';

/*
 * Who calls. Signatures are checked against the wall clock, sessions against virtual time. Exception names:
 * model.json "commonErrors"; their texts are those that AWS's signing service sends to every client.
 */

interface Desk {
  readonly view: Overlay;
  readonly env: Env;
  note(work: Work): void;
}

/** How far a signature's date may be off, in milliseconds. */
const signatureWindow = 5 * 60_000;

export function authenticate(call: Call, desk: Desk): Soon<Identity | Refusal> {
  switch (call.caller.kind) {
    case 'principal':
      return trusted(call.caller, desk);
    case 'service':
      return serviceIdentity(call.caller);
    case 'sigV4':
      return signed(call.caller.signature, call, desk);
  }
}

/** OURS: a service that says nothing of a resource has its keys by ARN only: this account owns none. */
const nobodysAccount = '000000000000' as AccountId;

function serviceIdentity({
  service,
  sourceArn: arn,
  sourceAccount: account = parseAccountId(parseArn(arn ?? '')?.account ?? ''),
}: Extract<Caller, { kind: 'service' }>): Identity | Refusal {
  if (!isServiceName(service)) return unknownToken;
  const name = service as PrincipalArn; // As policies write it in place of an ARN; its form has been read.
  return {
    arn: name,
    principal: name,
    account: account ?? nobodysAccount,
    kind: 'service',
    principalId: service,
    name: service,
    accessKeyId: undefined,
    source: { arn, account },
  };
}

function trusted(
  { arn, session, mfa }: Extract<Caller, { kind: 'principal' }>,
  desk: Desk,
): Identity | Refusal {
  if (/^arn:[^:]+:sts:/.test(arn)) return ofSession(newestSession(arn, desk.view), desk);
  const rec = desk.view.get(ref.principal(arn));
  if (!rec) return unknownToken;
  const identity = identityOf(rec, session ?? 'lab', undefined);
  return mfa === undefined ? identity : { ...identity, mfa };
}

/** Of several that were made at the same moment, and of a role that was deleted since, one that still means somebody. */
function newestSession(arn: PrincipalArn, view: Overlay): SessionRec | undefined {
  const sessions = view
    .range('sessionByArn', { prefix: indexKey.sessionByArn(arn), n: 20 })
    .map(({ rec }) => rec as SessionRec); // the index holds nothing else
  return (
    sessions.find(({ role, roleId }) => view.get(ref.principal(role))?.principalId === roleId) ?? sessions[0]
  );
}

/** A session that AssumeRole made, as long as it lasts and its role is there. */
function ofSession(session: SessionRec | undefined, { view, env }: Desk): Identity | Refusal {
  const rec = session && view.get(ref.principal(session.role));
  if (!session || rec?.principalId !== session.roleId) return unknownToken;
  if (session.expires <= env.at) return expired;
  return { ...identityOf(rec, session.sessionName, session.accessKeyId), session };
}

const unknownToken = refuse(
  'UnrecognizedClientException',
  'The security token included in the request is invalid.',
  'model.json commonErrors UnrecognizedClientException',
);

const expired = refuse(
  'ExpiredTokenException',
  'The security token included in the request is expired',
  'model.json commonErrors ExpiredTokenException',
);

function signed(signature: SigV4, call: Call, desk: Desk): Soon<Identity | Refusal> {
  const credential = desk.view.get(ref.credential(signature.accessKeyId));
  if (
    !credential ||
    (credential.sessionToken !== undefined && credential.sessionToken !== signature.sessionToken)
  ) {
    return unknownToken;
  }
  if (credential.expires !== undefined && credential.expires <= desk.env.at) {
    return expired;
  }
  const place = misplaced(signature, call, desk.env);
  if (place) return place;
  const signer = signerOf(desk, signature);
  return signer instanceof Promise
    ? signer.then((sign) => checked(signature, credential, sign, desk))
    : checked(signature, credential, signer, desk);
}

function checked(
  signature: SigV4,
  credential: CredentialRec,
  sign: SigV4Signer,
  desk: Desk,
): Identity | Refusal {
  if (!equalHex(sign(signature.stringToSign), signature.signature)) {
    return refuse(
      'InvalidSignatureException',
      'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.',
      'model.json commonErrors InvalidSignatureException',
    );
  }
  const session = desk.view.get(ref.session(signature.accessKeyId));
  if (session) return ofSession(session, desk);
  const rec = desk.view.get(ref.principal(credential.principal));
  if (!rec) return unknownToken;
  return identityOf(rec, credential.sessionName ?? 'session', credential.accessKeyId);
}

/** A signature for another place or another time. */
function misplaced(signature: SigV4, call: Call, env: Env): Refusal | undefined {
  const invalid = (message: string) =>
    refuse('InvalidSignatureException', message, 'model.json commonErrors InvalidSignatureException');
  if (signature.region !== call.region) {
    return invalid(`Credential should be scoped to a valid region. `);
  }
  const service = call.service ?? 'kms';
  if (signature.service !== service)
    return invalid(`Credential should be scoped to correct service: '${service}'. `);
  const off = signature.signedAt - env.wall;
  if (off < -signatureWindow) {
    return invalid(
      `Signature expired: ${stamp(signature.signedAt)} is now earlier than ${stamp(env.wall - signatureWindow)} (${stamp(env.wall)} - 5 min.)`,
    );
  }
  if (off > signatureWindow) {
    return invalid(
      `Signature not yet current: ${stamp(signature.signedAt)} is still later than ${stamp(env.wall + signatureWindow)} (${stamp(env.wall)} + 5 min.)`,
    );
  }
  return undefined;
}

/** `20261124T203000Z`. */
const stamp = (ms: number): string => new Date(ms).toISOString().replace(/[-:]|\.\d+/g, '');

function identityOf(rec: PrincipalRec, session: string, accessKeyId: string | undefined): Identity {
  const { arn, account, principalId, name } = rec;
  const shared = { principal: arn, account, principalId, name, accessKeyId };
  if (rec.kind !== 'role') return { ...shared, arn, kind: rec.kind };
  const partition = parseArn(arn)?.partition ?? 'aws';
  return {
    ...shared,
    arn: `arn:${partition}:sts::${account}:assumed-role/${name}/${session}` as PrincipalArn,
    kind: 'session',
  };
}
