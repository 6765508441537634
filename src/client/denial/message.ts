import type { DenialFacts, NamedReason, SaidReason } from './types.ts';

/*
 * AWS's sentences for a denial, read back. The sentences are those of policy.md §8 (with the row of each) and FACTS.md
 * "AccessDeniedException"; tools put words around them: "An error occurred (AccessDeniedException) when calling the Decrypt
 * operation: …", "(Service: AWSKMS; Status Code: 400; Error Code: …; Request ID: …)".
 */

export type MessageReading =
  | { readonly ok: true; readonly facts: DenialFacts }
  | { readonly ok: false; readonly at: number; readonly why: string };

/** policy.md §8, the last words of each row; "role trust policy": IAM User Guide, troubleshoot_access-denied. */
const policyWords: readonly (readonly [RegExp, NamedReason])[] = [
  [/^identity[- ]based polic(y|ies)$/i, 'identityPolicy'],
  [/^resource[- ]based polic(y|ies)$/i, 'keyPolicy'],
  [/^service control polic(y|ies)$/i, 'serviceControlPolicy'],
  [/^resource control polic(y|ies)$/i, 'resourceControlPolicy'],
  [/^permissions boundary$/i, 'permissionsBoundary'],
  [/^session polic(y|ies)$/i, 'sessionPolicy'],
  [/^VPC endpoint polic(y|ies)$/i, 'endpointPolicy'],
  [/^role trust polic(y|ies)$/i, 'trustPolicy'],
];
const policyNamed = (words: string): NamedReason | undefined =>
  policyWords.find(([pattern]) => pattern.test(words.trim()))?.[1];

/** Row "Legacy form": says nobody and no action, but it is always Decrypt (or ReEncrypt) of somebody's blob. */
const legacy = /The ciphertext refers to a customer master key that does not exist/i;
/** EC2's: the reason is inside, and only AWS can open it. */
const encoded = /Encoded authorization failure message/i;
// OURS: quotes around ARNs are read too: policy.md §8 says that newest messages of some services have them.
const sentence =
  /User:\s*["'“]?([^\s"'”]+)["'”]?\s+is\s+not\s+authorized\s+to\s+perform:\s*["'“]?([\w-]+:[\w*-]+)["'”]?/i;

const notTold: Omit<DenialFacts, 'principal' | 'action' | 'resource' | 'said' | 'message'> = {
  source: 'message',
  roleArn: undefined,
  byCiphertext: false,
  region: undefined,
  operation: undefined,
  requestId: undefined,
  context: {},
  encryptionContext: undefined,
};

/** The words of a tool around the sentence. */
function around(text: string): Pick<DenialFacts, 'operation' | 'requestId'> {
  const [, operation] =
    /when calling the (\w+) operation/i.exec(text) ?? /operation error KMS: (\w+)/i.exec(text) ?? [];
  const [, requestId] = /Request ?I[Dd]:?\s*([0-9a-f-]{36})/i.exec(text) ?? [];
  return { operation, requestId };
}

const regionOf = (arn: string | undefined): string | undefined => arn?.split(':')[3] || undefined;

/** Reads a sentence, whatever stands around it. `at`: where reading stopped. */
export function readMessage(text: string): MessageReading {
  const found = sentence.exec(text);
  if (!found) return withoutSentence(text);
  const [whole, principal = '', action = ''] = found;
  const begin = found.index + whole.length;
  if (!/^arn:[\w-]+:(iam|sts):/.test(principal) && !/\.amazonaws\.com(\.cn)?$/.test(principal)) {
    const at = found.index + whole.indexOf(principal);
    return { ok: false, at, why: `expected the ARN of a caller after "User:", found "${principal}"` };
  }
  const tail = text.slice(begin);
  const resource = resourceOf(tail);
  const said = reasonOf(tail);
  if (typeof said === 'object' && 'unknownPolicy' in said)
    return {
      ok: false,
      at: begin + said.at,
      why: `"${said.unknownPolicy}" is no policy type that AWS's sentences name`,
    };
  return {
    ok: true,
    facts: {
      ...notTold,
      ...around(text),
      principal,
      action: action.replace(/^kms:/i, 'kms:').replace(/^sts:/i, 'sts:'),
      resource: resource.arn,
      byCiphertext: resource.byCiphertext,
      said,
      message: text.slice(found.index).trim(),
      region: regionOf(resource.arn),
    },
  };
}

function withoutSentence(text: string): MessageReading {
  if (legacy.test(text)) {
    const facts: DenialFacts = {
      ...notTold,
      ...around(text),
      principal: undefined,
      action: 'kms:Decrypt',
      resource: undefined,
      byCiphertext: true,
      said: { kind: 'hidden' },
      message: text.trim(),
    };
    return { ok: true, facts };
  }
  if (encoded.test(text)) {
    const at = text.search(encoded);
    const why =
      'the reason is encoded: `aws sts decode-authorization-message` opens it, then paste what it says';
    return { ok: false, at, why };
  }
  const begun = /is not authorized to perform/i.exec(text);
  if (begun)
    return { ok: false, at: begun.index, why: 'expected "User: ARN" before "is not authorized to perform"' };
  const denied = /Access ?Denied(Exception)?/i.exec(text);
  if (denied)
    return {
      ok: false,
      at: denied.index + denied[0].length,
      why: 'only the code is here: the sentence that begins with "User:" is needed, or the CloudTrail event',
    };
  return {
    ok: false,
    at: 0,
    why: 'no sentence "User: … is not authorized to perform: …", and no CloudTrail event',
  };
}

function resourceOf(tail: string): { readonly arn: string | undefined; readonly byCiphertext: boolean } {
  if (/^\s*on\s+the\s+resource\s+associated\s+with\s+this\s+ciphertext/i.test(tail))
    return { arn: undefined, byCiphertext: true };
  const [, arn] = /^\s*on\s+resource:\s*["'“]?([^\s"'”]+?)["'”]?[.,]?(?=\s|$)/i.exec(tail) ?? [];
  return { arn, byCiphertext: false };
}

type Reason = SaidReason | { readonly unknownPolicy: string; readonly at: number };

function reasonOf(tail: string): Reason {
  // Rows 5 and 8.
  if (/because\s+the\s+resource\s+does\s+not\s+exist\s+in\s+this\s+Region/i.test(tail))
    return { kind: 'hidden' };
  const deny =
    /with\s+an\s+explicit\s+deny\s+in\s+(?:an?\s+|the\s+)?([a-z -]+?)(?::\s*["'“]?(arn:[^\s"'”]+|p-\w+)["'”]?)?(?=[.,;()"'\]}\n]|\s*$|\s+\()/i.exec(
      tail,
    );
  if (deny) {
    const [whole, words = '', policyArn] = deny;
    const policy = policyNamed(words);
    return policy
      ? { kind: 'explicitDeny', policy, policyArn }
      : { unknownPolicy: words.trim(), at: deny.index + whole.indexOf(words) };
  }
  const none = /because\s+no\s+([a-z -]+?)\s+allows?\s+the\s+/i.exec(tail);
  if (none) {
    const [whole, words = ''] = none;
    const policy = policyNamed(words);
    return policy
      ? { kind: 'implicitDeny', policy, policyArn: undefined }
      : { unknownPolicy: words.trim(), at: none.index + whole.indexOf(words) };
  }
  return { kind: 'unsaid' };
}
