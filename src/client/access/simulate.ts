import {
  decide,
  isRefusal,
  parsePolicy,
  type Env,
  type PrincipalArn,
  type View,
} from '../../engine/index.ts';
import type { CallFacts, PermissionQuestion, Simulation } from '../api.ts';
import { keyAt } from './ask.ts';
import { adviceOn } from './change.ts';
import { cellsOf } from './matrix.ts';

/*
 * One cell of the matrix with all its reasons, and what would mend it: asked of a permission, so that no operation's input
 * has to be made up for it.
 */

export async function simulationOf(view: View, question: PermissionQuestion, env: Env): Promise<Simulation> {
  const { principal, action, ...rest } = question;
  const { keyPolicy } = rest;
  const document = keyPolicy === undefined ? undefined : parsePolicy(keyPolicy, 'key');
  if (document && isRefusal(document)) return { ok: false, refusal: document };
  const { people, actions, request } = await cellsOf(
    view,
    { ...rest, principals: [principal], operations: [action] },
    env,
  );
  const [named] = people;
  const [permission] = actions;
  if (!named || permission === undefined) return { ok: false, refusal: undefined };
  const asked = request(named, permission);
  const decision = decide(asked);
  if (decision.allowed) return { ok: true, decision, proposals: [] };
  const { region } = keyAt(view, question.key);
  const { mfa, sourceIp, vpcEndpoint, viaService, calledVia, sourceArn, sourceAccount } = question;
  const way = { mfa, sourceIp, vpcEndpoint, viaService, calledVia, sourceArn, sourceAccount };
  const facts: CallFacts = {
    ...way,
    operation: permission.slice(permission.indexOf(':') + 1),
    input: { KeyId: question.key },
    principal: principal as PrincipalArn, // A service's name stands where an ARN does, as in a call.
    region,
  };
  const { proposals } = await adviceOn(
    view,
    facts,
    [{ request: asked, trusts: undefined }],
    { mostProposals: 6 },
    env,
  );
  return { ok: true, decision, proposals };
}
