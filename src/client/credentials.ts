import {
  epochMs,
  indexKey,
  ref,
  secretOf,
  toBase64,
  type CredentialRec,
  type Env,
  type Overlay,
  type PrincipalArn,
} from '../engine/index.ts';
import { letters } from './genesis.ts';
import type { World } from './world.ts';

/** What an AWS SDK client takes as `credentials`. */
export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Only roles have one: their credentials are those of a session. */
  readonly sessionToken?: string;
}

export interface SessionOptions {
  /** Last part of the session's ARN. */
  readonly sessionName?: string | undefined;
  /** In virtual time. AssumeRole's default is an hour. */
  readonly durationSeconds?: number | undefined;
}

/**
 * A user's access key, the same one each time, or a new session of a role. Kept is the access key id alone: its secret
 * is derived inside the vault, here and whenever a signature is checked.
 */
export const credentialsFor = (
  world: World,
  principal: PrincipalArn,
  session: SessionOptions,
): Promise<Credentials> =>
  world.change('Credentials', { principal }, async (overlay, env) => {
    const rec = isRole(overlay, principal)
      ? openSession(principal, session, env)
      : accessKey(overlay, principal, env);
    if (!overlay.get(ref.credential(rec.accessKeyId))) overlay.put(ref.credential(rec.accessKeyId), rec);
    const secretAccessKey = await secretOf({ view: overlay, env, note: () => {} }, rec.accessKeyId);
    const { accessKeyId, sessionToken } = rec;
    return { accessKeyId, secretAccessKey, ...(sessionToken === undefined ? {} : { sessionToken }) };
  });

const isRole = (overlay: Overlay, principal: PrincipalArn): boolean =>
  overlay.get(ref.principal(principal))?.kind === 'role';

function accessKey(overlay: Overlay, principal: PrincipalArn, { random }: Env): CredentialRec {
  const [found] = overlay.range('credentialByPrincipal', {
    prefix: indexKey.credentialByPrincipal(principal),
    n: 1,
  });
  if (found) return found.rec as CredentialRec; // the index holds nothing else
  const accessKeyId = `AKIA${letters(16, random)}`;
  return { accessKeyId, principal, sessionName: undefined, sessionToken: undefined, expires: undefined };
}

function openSession(
  principal: PrincipalArn,
  { sessionName = 'lab', durationSeconds = 3600 }: SessionOptions,
  { at, random }: Env,
): CredentialRec {
  return {
    accessKeyId: `ASIA${letters(16, random)}`,
    principal,
    sessionName,
    sessionToken: toBase64(random(96)),
    expires: epochMs(at + durationSeconds * 1000),
  };
}
