import {
  actionNamed,
  isRefusal,
  isServiceName,
  kmsActions,
  Missing,
  operations,
  parsePolicy,
  principalAt,
  ref,
  type Env,
  type KeyArn,
  type KeyRec,
  type MatrixPrincipal,
  type PrincipalArn,
  type PrincipalRec,
  type Refusal,
  type Region,
  type View,
} from '../../engine/index.ts';
import type { AccessQuestion } from '../api.ts';
import { callOf } from '../callOf.ts';

/*
 * Who is asked about, and for what: read from the world, so that a matrix knows every policy and ceiling that a call meets.
 */

/** Somebody under the name by which he was asked for: a role, where its session is who calls. */
export interface Named {
  readonly name: string;
  readonly principal: MatrixPrincipal;
}

/** OURS: more principals than this make no matrix that anybody reads. */
export const mostPrincipals = 500;

export const keyAt = (view: View, arn: KeyArn): KeyRec => {
  const rec = view.get(ref.key(arn));
  if (!rec) throw new Error(`This world has no key ${arn}.`);
  return rec;
};

/** Everybody, and the services that the key policy names. */
function everybody(view: View, key: KeyRec): readonly string[] {
  const text = view.get(ref.keyPolicy(key.arn))?.document ?? '';
  const document = parsePolicy(text, 'key');
  const services = isRefusal(document)
    ? []
    : document.statements.flatMap(({ principal }) =>
        (principal?.items ?? []).flatMap(({ type, value }) =>
          type === 'Service' && isServiceName(value) ? [value] : [],
        ),
      );
  return [...everyPrincipal(view), ...new Set(services)];
}

/** All of them, asking for everything that they lack at once. Somebody who cannot call at all is left out. */
export async function principalsAsked(
  view: View,
  { principals, ...question }: AccessQuestion,
  env: Env,
): Promise<readonly Named[]> {
  const key = keyAt(view, question.key);
  return principalsNamed(view, principals ?? everybody(view, key), key.region, question, env);
}

/** Users, roles and root users, as many as a matrix can show. */
export const everyPrincipal = (view: View): readonly string[] =>
  view.range('ref', { prefix: 'principal/', n: mostPrincipals }).map(({ rec }) => (rec as PrincipalRec).arn);

type WayAsked = Omit<AccessQuestion, 'key' | 'principals' | 'operations' | 'context' | 'keyPolicy'>;

export async function principalsNamed(
  view: View,
  names: readonly string[],
  region: Region,
  way: WayAsked,
  env: Env,
): Promise<readonly Named[]> {
  const missing: Missing[] = [];
  const found: Named[] = [];
  for (const name of names) {
    try {
      const principal = await principalNamed(view, name, region, way, env);
      if (!isRefusal(principal)) found.push({ name, principal });
    } catch (error) {
      if (!(error instanceof Missing)) throw error;
      missing.push(error);
    }
  }
  if (missing.length === 0) return found;
  throw new Missing(
    missing.flatMap((one) => one.refs),
    missing.flatMap((one) => one.ranges),
  );
}

function principalNamed(
  view: View,
  name: string,
  region: Region,
  way: WayAsked,
  env: Env,
): Promise<MatrixPrincipal | Refusal> {
  const { sourceIp, vpcEndpoint, viaService, calledVia, sourceArn, sourceAccount, mfa } = way;
  const facts = { sourceIp, vpcEndpoint, viaService, calledVia, sourceArn, sourceAccount, mfa };
  // Nothing is asked for yet; whether the name is anybody's is found out by asking who he is.
  const call = callOf({ ...facts, operation: '', input: {}, principal: name as PrincipalArn, region });
  return principalAt(view, call, env);
}

const permissionsOf: Readonly<Record<string, readonly string[]>> = {
  ReEncrypt: ['kms:ReEncryptFrom', 'kms:ReEncryptTo'],
};
const onKeys = new Set(kmsActions.filter(({ on }) => on.includes('key')).map(({ action }) => action));

/** Operations by AWS's name, or permissions: `Encrypt`, `kms:Encrypt`, `ReEncrypt`. All that a key is asked for by default. */
export function actionsAsked(given: readonly string[] | undefined): readonly string[] {
  if (!given) {
    return operations
      .flatMap(({ name }) => permissionsOf[name] ?? [`kms:${name}`])
      .filter((action) => onKeys.has(action));
  }
  return given.flatMap((name) => {
    const actions = permissionsOf[name.replace(/^kms:/i, '')] ?? [name.includes(':') ? name : `kms:${name}`];
    return actions.map((action) => {
      const facts = actionNamed(action);
      if (!facts) throw new Error(`KMS knows no permission ${action}.`);
      return facts.action;
    });
  });
}
