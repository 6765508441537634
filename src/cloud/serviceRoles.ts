import { ref, type Identity, type PrincipalArn, type PrincipalRec, type Step } from '../engine/index.ts';

/* Roles that services run as. */

/** The role, if this service may take it. OURS: its trust policy is read for the name of the service, no more. */
export function roleFor(
  service: string,
  arn: string,
  { view }: Pick<Step, 'view'>,
): PrincipalRec | undefined {
  const rec = view.get(ref.principal(arn as PrincipalArn)); // an ARN of anything else finds nothing
  if (rec?.kind !== 'role') return undefined;
  const trust = view.get(ref.trustPolicy(rec.arn));
  return trust === undefined || trust.document.includes(service) ? rec : undefined;
}

/** A session of the role, named after what runs. */
export const sessionOf = ({ arn, account, principalId, name }: PrincipalRec, session: string): Identity => ({
  arn: `arn:aws:sts::${account}:assumed-role/${name}/${session}` as PrincipalArn,
  principal: arn,
  account,
  kind: 'session',
  principalId,
  name,
  accessKeyId: undefined,
});
