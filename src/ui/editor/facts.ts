import type { PolicyKind } from '../../engine/index.ts';
import type { LabState } from '../state/lab.svelte.ts';

/** What a document is for: it decides which elements it may have, and what the linter looks for. */
export const documentKinds = [
  'key',
  'identity',
  'boundary',
  'session',
  'serviceControl',
  'resourceControl',
  'endpoint',
  'trust',
] as const;
export type DocumentKind = (typeof documentKinds)[number];

/** How the engine reads each kind. A trust policy is a resource policy whose resource is its own role. */
export const policyKindOf: Readonly<Record<DocumentKind, PolicyKind>> = {
  key: 'key',
  identity: 'identity',
  boundary: 'identity',
  session: 'identity',
  serviceControl: 'serviceControl',
  resourceControl: 'resourceControl',
  endpoint: 'endpoint',
  trust: 'key',
};

/** Documents that hang on a thing say to whom; the others have somebody they are attached to. */
export const saysWho = (kind: DocumentKind): boolean =>
  kind === 'key' || kind === 'resourceControl' || kind === 'endpoint' || kind === 'trust';
/** A trust policy means its own role and may not say so. */
export const saysWhat = (kind: DocumentKind): boolean => kind !== 'trust';

/** What there is in this world to be named in a policy. Everything may be empty. */
export interface PolicyFacts {
  /** The account that owns the document. */
  readonly account?: string | undefined;
  readonly region?: string | undefined;
  /** ARNs of users and roles. */
  readonly principals: readonly string[];
  readonly accounts: readonly string[];
  /** ARNs of keys. */
  readonly keys: readonly string[];
  /** Alias ARN → key ARN. */
  readonly aliases?: Readonly<Record<string, string>> | undefined;
}

export const noFacts: PolicyFacts = { principals: [], accounts: [], keys: [] };

/** What the open world has to name. */
export function factsOf(
  lab: LabState,
  at: { readonly account?: string; readonly region?: string } = {},
): PolicyFacts {
  const aliases = lab.keys.flatMap(({ rec, aliases: names }) =>
    names.map((name) => [`${rec.arn.slice(0, rec.arn.lastIndexOf(':'))}:${name}`, rec.arn] as const),
  );
  return {
    account: at.account ?? lab.account,
    region: at.region ?? lab.region,
    principals: lab.principals.filter(({ rec }) => rec.kind !== 'root').map(({ rec }) => rec.arn),
    accounts: lab.accounts.map(({ account }) => account),
    keys: lab.keys.map(({ rec }) => rec.arn),
    aliases: Object.fromEntries(aliases),
  };
}
