import { stages } from '../../client/index.ts';
import type {
  Decision,
  PolicyReason,
  PolicyType,
  Stage,
  Trace,
  TraceStep,
  Work,
} from '../../engine/index.ts';
import { callerName, resourceName, shortId, shortMaterial } from '../format/text.ts';

/* Sentences about a trace: what each stage saw, said from its detail and from nothing else. */

export const stageNames: Readonly<Record<Stage, string>> = {
  parse: 'Parse',
  authenticate: 'Authenticate',
  validate: 'Validate',
  quota: 'Quota',
  findKey: 'Find key',
  authorize: 'Authorize',
  keyState: 'Key state',
  usage: 'Usage',
  operation: 'Operation',
  commit: 'Commit',
};

const policyNames: Readonly<Record<PolicyType, string>> = {
  serviceControlPolicy: 'SCP',
  resourceControlPolicy: 'RCP',
  endpointPolicy: 'VPC endpoint policy',
  keyPolicy: 'Key policy',
  identityPolicy: 'Identity policy',
  permissionsBoundary: 'Boundary',
  sessionPolicy: 'Session policy',
  grant: 'Grants',
};

const plural = (n: number, one: string, many: string): string =>
  `${n.toLocaleString('en-US')} ${n === 1 ? one : many}`;
const list = (items: readonly string[]): string => items.join(', ');

export function work(item: Work): string {
  switch (item.kind) {
    case 'domainKeyMade':
      return `a domain key was made for ${item.region}`;
    case 'materialMade':
      return `key material ${shortMaterial(item.materialId)} was made in the HSM`;
    case 'materialOpened':
      return `material ${shortMaterial(item.materialId)} (${item.current ? 'current' : `version ${item.version}`}) was unwrapped in the HSM`;
    case 'random':
      return `${plural(item.byteLength, 'random byte', 'random bytes')} ${item.for === 'dataKey' ? 'became a data key' : 'were drawn'}`;
    case 'keyDerived':
      return `a key for this call was derived with nonce ${item.nonce.slice(0, 8)}…`;
    case 'sealed':
      return `${plural(item.plaintextLength, 'byte', 'bytes')} sealed with ${plural(item.aadLength, 'byte', 'bytes')} of context into a blob of ${plural(item.blobLength, 'byte', 'bytes')}`;
    case 'opened':
      return `the blob of ${plural(item.blobLength, 'byte', 'bytes')} opened to ${plural(item.plaintextLength, 'byte', 'bytes')}; its tag and the context agree`;
    case 'blobRead':
      return item.ok
        ? `the blob of ${plural(item.blobLength, 'byte', 'bytes')} names material ${item.materialId ? shortMaterial(item.materialId) : 'unknown'}`
        : `the blob of ${plural(item.blobLength, 'byte', 'bytes')} could not be read`;
    case 'openFailed':
      return {
        layout: 'the bytes are no blob of KMS',
        tag: 'the tag does not agree: other context, other key, or changed bytes',
        material: 'no key material answers to the name in the blob',
      }[item.check];
    case 'stateChanged':
      return `the key went from ${item.from} to ${item.to}`;
    case 'called':
      return `${item.service} ${item.operation} was called${item.refused === undefined ? '' : `: ${item.refused}`}`;
    case 'dataSealed':
      return `${item.what}, ${plural(item.byteLength, 'byte', 'bytes')}, encrypted under ${item.under}`;
    case 'dataOpened':
      return `${item.what} decrypted under ${item.under}: ${plural(item.byteLength, 'byte', 'bytes')}`;
    case 'dataNotOpened':
      return `${item.what} does not open under ${item.under}`;
    case 'keyKept':
      return `the plaintext key is kept: ${item.what}`;
    case 'keyReused':
      return `no call of KMS: a kept plaintext key was used, ${item.what}`;
    case 'keyDropped':
      return `a kept plaintext key was let go: ${item.what}`;
    case 'returned':
      return item.members.length === 0
        ? 'nothing is returned'
        : `returned ${list(item.members.map((m) => m.member))}`;
  }
}

/**
 * A policy by its type. That of another resource is judged where a key's policy is and has a name of its own: trust policy,
 * bucket policy, queue policy. A key has one policy, always named "default".
 */
export const policyName = ({ type, name }: Pick<PolicyReason, 'type' | 'name'>): string =>
  type === 'keyPolicy' && name !== undefined && name !== 'default'
    ? name.replace(/^./, (c) => c.toUpperCase())
    : policyNames[type];

/** What decided, in half a sentence. */
export function decided(decision: Decision): string {
  const { decidedBy: type, policies } = decision;
  const reason = policies.find((one) => one.type === type);
  const who = (reason ? policyName(reason) : policyNames[type]).replace(/^[A-Z](?=[a-z])/, (c) =>
    c.toLowerCase(),
  );
  switch (decision.kind) {
    case 'allow':
      return type === 'grant' ? 'allowed by a grant' : `allowed by the ${who}`;
    case 'explicitDeny':
      return `explicitly denied by the ${who}`;
    case 'implicitDeny':
      return `denied: the ${who} does not allow it`;
  }
}

/** An Allow that only its condition kept from applying: usually what one is looking for. */
function nearly(reason: PolicyReason): string {
  for (const statement of reason.statements) {
    const missed = statement.matches.filter((m) => !m.matched);
    if (statement.effect !== 'Allow' || statement.applies || missed.length === 0) continue;
    if (missed.every((m) => m.part === 'Condition')) {
      const which = statement.sid ?? `statement ${statement.index + 1}`;
      return `; ${which} misses ${list(missed.map((m) => m.condition?.key ?? 'its condition'))}`;
    }
  }
  return '';
}

/** A grant is one statement: what of it does not fit this call. */
function grantVerdict({ name = '', statements, verdict }: PolicyReason): string {
  const id = `${name.slice(0, 8)}…`;
  if (verdict === 'allows') return `${id} allows`;
  const missed = statements.flatMap(({ matches }) => matches.filter(({ matched }) => !matched));
  return `${id} has another ${list([...new Set(missed.map(({ part }) => grantParts[part] ?? part))])}`;
}
const grantParts: Readonly<Record<string, string>> = {
  Principal: 'grantee',
  Action: 'operation',
  Resource: 'key',
  Condition: 'constraint',
};

export function policyVerdict(reason: PolicyReason): string {
  if (reason.type === 'grant' && reason.name !== undefined) return grantVerdict(reason);
  // The name of a resource's policy is its heading already.
  const name = reason.name && reason.type !== 'keyPolicy' ? `${reason.name}: ` : '';
  const effect = reason.verdict === 'denies' ? 'Deny' : 'Allow';
  const hits = reason.statements.filter((s) => s.applies && s.effect === effect);
  const hit = hits.find((s) => s.delegates === (reason.verdict === 'delegates')) ?? hits[0];
  const which = hit ? (hit.sid ?? `statement ${hit.index + 1}`) : '';
  switch (reason.verdict) {
    case 'allows':
      return which ? `${name}${which} allows` : `${name}allows`;
    case 'denies':
      return `${name}${which} denies`;
    case 'delegates':
      return `${name}${which} lets IAM decide${nearly(reason)}`;
    case 'silent':
      return reason.statements.length === 0
        ? `${name}nothing allows`
        : `${name}${plural(reason.statements.length, 'statement', 'statements')}, none applies${nearly(reason)}`;
    case 'notInPath':
      return 'not in the path';
  }
}

/** A value in a sentence: ARNs by what they name, long texts by their beginning. */
const brief = (shown: string): string => {
  if (/^arn:[^ ]*:(key|alias)\/\S+$/.test(shown)) return resourceName(shown);
  const line = shown.replace(/\s+/g, ' ');
  return line.length > 64 ? `${line.slice(0, 60)}…` : line;
};

/** A key as the caller named it: a bare key ID reads like the key that it names. */
const parseKeyWord = (named: string): string =>
  named.startsWith('arn:') || named.startsWith('alias/') ? resourceName(named) : `key ${shortId(named)}`;

/** One sentence for one stage. */
export function sentence(step: TraceStep): string {
  switch (step.stage) {
    case 'parse':
      return step.detail.members.length === 0 ? 'an empty request' : `read ${list(step.detail.members)}`;
    case 'authenticate': {
      const who = callerName(step.detail.principal) || step.detail.principal || 'nobody';
      return step.detail.how === 'sigV4'
        ? `SigV4 checked for ${step.detail.accessKeyId ?? 'an access key'}: ${who}`
        : `the lab vouches for ${who}`;
    }
    case 'validate':
      if (step.detail.errors.length > 0)
        return plural(step.detail.errors.length, 'constraint is broken', 'constraints are broken');
      return step.detail.members.length === 0
        ? 'nothing to check'
        : list(step.detail.members.map((m) => `${m.member} ${brief(m.shown)}`));
    case 'quota':
      // Other services' quotas are outside of this house.
      if (step.detail.bucket === '') return 'not counted here';
      if (step.detail.switchedOff) return `${step.detail.bucket}: throttling is switched off in this world`;
      return `${step.detail.bucket}: ${plural(Math.floor(step.detail.left), 'call', 'calls')} left, ${step.detail.rate.toLocaleString('en-US')} per second`;
    case 'findKey':
      if (step.detail.found.length === 0) return 'no key is named';
      return list(
        step.detail.found.map((f) => {
          const key = f.key ? resourceName(f.key) : 'no key';
          if (f.by === 'ciphertext') return `the ciphertext names ${key}`;
          const named = parseKeyWord(f.named);
          return named === key ? key : `${named} → ${key}`;
        }),
      );
    case 'authorize':
      return step.detail.decisions.length === 0
        ? 'no permission is asked for'
        : list(step.detail.decisions.map((d) => `${d.action} ${decided(d)}`));
    case 'keyState':
      if (step.detail.keys.length === 0) return 'no key state matters here';
      return list(
        step.detail.keys.map(
          (k) =>
            `${k.state} ${step.verdict === 'stop' ? 'does not permit this' : 'permits this'}${k.note ? ` (${k.note})` : ''}`,
        ),
      );
    case 'usage':
      if (!step.detail.keyUsage && !step.detail.algorithm) return 'no algorithm is asked for';
      return list([step.detail.keyUsage, step.detail.algorithm].filter((x) => x !== undefined));
    case 'operation':
      if (step.verdict === 'stop' && step.detail.work.length === 0) return '';
      return step.detail.work.length === 0
        ? 'nothing to do in the HSM'
        : `${step.detail.work.map(work).join('; ')}`;
    case 'commit': {
      const tables = Object.entries(step.detail.tables);
      const records = tables.reduce((n, [, count]) => n + count, 0);
      const what =
        tables.length === 0
          ? 'no record changed'
          : `one transaction: ${list(tables.map(([t, n]) => (n === 1 ? t : `${n} × ${t}`)))}`;
      return `${records === 0 ? 'no record changed' : what}; ${plural(step.detail.events, 'event', 'events')} in the trail`;
    }
  }
}

export interface StageLine {
  readonly stage: Stage;
  readonly name: string;
  readonly verdict: 'pass' | 'stop' | 'skip' | 'notReached';
  readonly step: TraceStep | undefined;
  readonly text: string;
}

/** All ten stages of a trace in order, those that were not reached too. */
export function stageLines(trace: Trace): readonly StageLine[] {
  return stages.map((stage) => {
    const step = trace.steps.find((s) => s.stage === stage);
    return {
      stage,
      name: stageNames[stage],
      verdict: step ? step.verdict : 'notReached',
      step,
      text: step ? sentence(step) : '',
    };
  });
}
