import { isRefusal, parsePolicy, type PolicyKind } from '../../engine/index.ts';
import { isObject, readPaste, textAt } from './json.ts';
import type { DenialField, PasteFault } from './types.ts';

/*
 * Policy documents as people paste them: bare, or as the answer of the call that shows them (get-key-policy,
 * get-user-policy, get-policy-version, describe-policy of Organizations, get-role), URL-encoded or as a text inside JSON.
 */

export interface PastedDocument {
  readonly name: string;
  readonly document: string;
}

export type DocumentsReading =
  | { readonly ok: true; readonly documents: readonly PastedDocument[] }
  | { readonly ok: false; readonly fault: PasteFault };

const kinds: Readonly<Partial<Record<DenialField, PolicyKind>>> = {
  keyPolicy: 'key',
  identityPolicies: 'identity',
  serviceControlPolicies: 'serviceControl',
  resourceControlPolicies: 'resourceControl',
  permissionsBoundary: 'identity',
  sessionPolicies: 'identity',
  endpointPolicy: 'endpoint',
};

/** A document inside of an answer, as object or as text. Texts may be URL-encoded (IAM's Query protocol). */
function inner(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  const text = /^%7B/i.test(value.trim()) ? decodeSafely(value) : value;
  try {
    return JSON.parse(text);
  } catch {
    return value;
  }
}
function decodeSafely(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** The documents in one pasted value, with the names that come with them. */
function unwrap(value: unknown, fallback: string): readonly PastedDocument[] {
  const given = inner(value);
  if (Array.isArray(given)) return given.flatMap((one, i) => unwrap(one, `${fallback} ${i + 1}`));
  if (!isObject(given)) return [];
  const { Policy, PolicyDocument, PolicyVersion, Role, Statement } = given;
  if (Statement !== undefined) return [{ name: fallback, document: JSON.stringify(given) }];
  const name = textAt(given, 'PolicyName') ?? fallback;
  if (PolicyDocument !== undefined) return unwrap(PolicyDocument, name);
  if (isObject(PolicyVersion))
    return unwrap(PolicyVersion['Document'], `${name} ${textAt(PolicyVersion, 'VersionId') ?? ''}`.trim());
  if (isObject(Policy) && Policy['Content'] !== undefined)
    return unwrap(Policy['Content'], textAt(Policy, 'PolicySummary', 'Name') ?? name);
  if (isObject(Role)) return unwrap(Role['AssumeRolePolicyDocument'], textAt(Role, 'RoleName') ?? name);
  if (given['AssumeRolePolicyDocument'] !== undefined)
    return unwrap(given['AssumeRolePolicyDocument'], textAt(given, 'RoleName') ?? name);
  if (Policy !== undefined) return unwrap(Policy, name === 'default' ? fallback : name);
  return [];
}

/** The documents of one field. An empty field has none. */
export function readDocuments(field: DenialField, text: string, what: string): DocumentsReading {
  const fail = (line: number, column: number, why: string): DocumentsReading => ({
    ok: false,
    fault: { field, line, column, why },
  });
  if (text.trim() === '') return { ok: true, documents: [] };
  const plain = /^%7B/i.test(text.trim()) ? decodeSafely(text.trim()) : text;
  const read = readPaste(plain);
  if (!read.ok) return fail(read.line, read.column, read.why);
  const documents = read.values.flatMap((value, i) =>
    unwrap(value, read.values.length > 1 ? `${what} ${i + 1}` : what),
  );
  if (documents.length === 0)
    return fail(1, 1, 'this JSON holds no policy document: a "Statement" is missing');
  const kind = kinds[field];
  for (const { name, document } of documents) {
    const parsed = parsePolicy(
      field === 'trustPolicy' ? trustAsKeyPolicy(document) : document,
      kind ?? 'key',
    );
    if (isRefusal(parsed)) return fail(1, 1, `${name}: ${parsed.message}`);
  }
  return { ok: true, documents };
}

/** A trust policy means its own role and must not say so; as a resource policy it says "*". */
export function trustAsKeyPolicy(document: string): string {
  const policy = JSON.parse(document) as { readonly Statement?: unknown }; // it has been read as an object
  const statements: readonly unknown[] = Array.isArray(policy.Statement)
    ? policy.Statement
    : [policy.Statement];
  return JSON.stringify({
    ...policy,
    Statement: statements.map((one) => (isObject(one) ? { ...one, Resource: '*' } : one)),
  });
}
