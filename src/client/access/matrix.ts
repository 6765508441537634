import {
  decide,
  diffMatrix,
  isRefusal,
  parsePolicy,
  requestOf,
  requestOnKey,
  type AccessMatrix,
  type AccessRequest,
  type Env,
  type KeyRec,
  type MatrixCell,
  type View,
} from '../../engine/index.ts';
import type { AccessQuestion, PolicyDifference } from '../api.ts';
import { actionsAsked, keyAt, principalsAsked, type Named } from './ask.ts';

/*
 * Who may do what with a key, cell by cell: the decision that a call meets, with everything that stands around one.
 */

/** What a matrix is made of: each is one decision. */
export interface Cells {
  readonly people: readonly Named[];
  readonly actions: readonly string[];
  request(named: Named, action: string): AccessRequest;
}

const cryptographic = /^kms:(Encrypt|Decrypt|ReEncrypt(From|To)|GenerateDataKey(Pair)?(WithoutPlaintext)?)$/;

/** conditions.json "defaultValues": there also when the caller leaves the parameter out. */
const usualKeys = (action: string, { KeySpec }: KeyRec): AccessRequest['context'] =>
  KeySpec === 'SYMMETRIC_DEFAULT' && cryptographic.test(action)
    ? { 'kms:EncryptionAlgorithm': 'SYMMETRIC_DEFAULT' }
    : {};

export async function cellsOf(view: View, question: AccessQuestion, env: Env): Promise<Cells> {
  const key = keyAt(view, question.key);
  const people = await principalsAsked(view, question, env);
  const { context = {}, keyPolicy } = question;
  const bases = new Map(
    people.map(({ name, principal }) => [
      name,
      requestOnKey(view, key, principal, env, { context, keyPolicy }),
    ]),
  );
  return {
    people,
    actions: actionsAsked(question.operations),
    request({ name, principal }, action) {
      const base = bases.get(name);
      if (!base) throw new Error(`"request" was asked about ${name}, who is not in the matrix`);
      const own = { ...principal, context: { ...usualKeys(action, key), ...base.context } };
      return requestOf(base, own, action);
    },
  };
}

export function matrixOf({ people, actions, request }: Cells): AccessMatrix {
  const rows = people.map((named) =>
    actions.map((action): MatrixCell => {
      const { allowed, kind, decidedBy, because, message } = decide(request(named, action));
      return { principal: named.name, action, allowed, kind, decidedBy, because, message };
    }),
  );
  return { principals: people.map(({ name }) => name), actions, rows };
}

export const accessMatrixOf = async (view: View, question: AccessQuestion, env: Env): Promise<AccessMatrix> =>
  matrixOf(await cellsOf(view, question, env));

/** What another key policy would change, cell by cell. */
export async function policyDifferenceOf(
  view: View,
  question: AccessQuestion,
  otherPolicy: string,
  env: Env,
): Promise<PolicyDifference> {
  const document = parsePolicy(otherPolicy, 'key');
  if (isRefusal(document)) return { ok: false, refusal: document };
  const before = await accessMatrixOf(view, question, env);
  const after = await accessMatrixOf(view, { ...question, keyPolicy: otherPolicy }, env);
  return { ok: true, changes: diffMatrix(before, after), before, after };
}
