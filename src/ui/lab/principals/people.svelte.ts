import type {
  Directory,
  GroupCard,
  ManagedPolicyCard,
  OrganizationCard,
  PrincipalCard,
} from '../../../client/index.ts';
import type {
  AccountId,
  AccountRec,
  OrgNodeRec,
  OrgPolicyRec,
  PrincipalArn,
  SessionRec,
  VpcEndpointRec,
} from '../../../engine/index.ts';
import type { LabState } from '../../state/lab.svelte.ts';

/** What is open beside the list. */
export type Selected =
  | { readonly kind: 'account'; readonly account: AccountRec; readonly place: Place | undefined }
  | { readonly kind: 'principal'; readonly card: PrincipalCard }
  | { readonly kind: 'group'; readonly card: GroupCard }
  | { readonly kind: 'policy'; readonly card: ManagedPolicyCard }
  | { readonly kind: 'awsPolicy'; readonly arn: string; readonly document: string }
  | { readonly kind: 'session'; readonly session: SessionRec }
  | { readonly kind: 'endpoint'; readonly endpoint: VpcEndpointRec }
  | { readonly kind: 'node'; readonly place: Place }
  | { readonly kind: 'orgPolicy'; readonly policy: OrgPolicyRec; readonly organization: OrganizationCard };

/** A place in an organization. */
export interface Place {
  readonly node: OrgNodeRec;
  readonly organization: OrganizationCard;
}

const tables = new Set([
  'account',
  'principal',
  'identityPolicy',
  'trustPolicy',
  'group',
  'managedPolicy',
  'policyVersion',
  'session',
  'credential',
  'organization',
  'orgNode',
  'orgPolicy',
  'vpcEndpoint',
]);

/** The directory of the open world, read again whenever one of its tables changes. */
export class People {
  readonly lab: LabState;
  directory = $state.raw<Directory | undefined>();
  readonly #leave: () => void;
  #reading = false;
  #again = false;

  constructor(lab: LabState) {
    this.lab = lab;
    this.#leave = lab.world.subscribe((event) => {
      if (event.kind === 'committed' && event.tables.some((table) => tables.has(table))) void this.read();
      if (event.kind === 'storageFailed') void this.read();
    });
    void this.read();
  }
  close(): void {
    this.#leave();
  }

  /** Reads once however often it is asked during one reading. */
  async read(): Promise<void> {
    this.#again = true;
    if (this.#reading) return;
    this.#reading = true;
    try {
      while (this.#again) {
        this.#again = false;
        this.directory = await this.lab.world.directory();
      }
    } catch (thrown) {
      this.lab.fault = thrown instanceof Error ? thrown.message : String(thrown);
    } finally {
      this.#reading = false;
    }
  }

  placeOf(id: string): Place | undefined {
    for (const organization of this.directory?.organizations ?? []) {
      const node = organization.nodes.find((one) => one.id === id);
      if (node) return { node, organization };
    }
    return undefined;
  }

  /** What an address names: an ARN, an account, a place, a policy of the organization, or the access key of a session. */
  find(id: string): Selected | undefined {
    const { directory, lab } = this;
    if (!directory) return undefined;
    const account = lab.accounts.find((one) => one.account === id);
    if (account) return { kind: 'account', account, place: this.placeOf(id) };
    const principal = lab.principals.find(({ rec }) => rec.arn === id);
    if (principal) return { kind: 'principal', card: principal };
    const group = directory.groups.find(({ rec }) => rec.arn === id);
    if (group) return { kind: 'group', card: group };
    const policy = directory.policies.find(({ rec }) => rec.arn === id);
    if (policy) return { kind: 'policy', card: policy };
    const aws = directory.aws.find(({ arn }) => arn === id);
    if (aws) return { kind: 'awsPolicy', ...aws };
    const session = directory.sessions.find(({ accessKeyId, arn }) => accessKeyId === id || arn === id);
    if (session) return { kind: 'session', session };
    const endpoint = directory.endpoints.find((one) => one.id === id);
    if (endpoint) return { kind: 'endpoint', endpoint };
    const place = this.placeOf(id);
    if (place) return { kind: 'node', place };
    for (const organization of directory.organizations) {
      const own = organization.policies.find((one) => one.id === id);
      if (own) return { kind: 'orgPolicy', policy: own, organization };
    }
    return undefined;
  }

  /** What an account has, by kind. */
  of(account: AccountId) {
    const own = (arn: string): boolean => arn.split(':')[4] === account;
    const principals = this.lab.principals.filter(({ rec }) => rec.account === account);
    return {
      root: principals.find(({ rec }) => rec.kind === 'root'),
      users: principals.filter(({ rec }) => rec.kind === 'user'),
      roles: principals.filter(({ rec }) => rec.kind === 'role'),
      groups: this.directory?.groups.filter(({ rec }) => rec.account === account) ?? [],
      policies: this.directory?.policies.filter(({ rec }) => rec.account === account) ?? [],
      sessions: this.sessionsOf((session) => own(session.arn)),
      endpoints: this.directory?.endpoints.filter((one) => one.account === account) ?? [],
    };
  }

  /** Newest first, one for each ARN: calls are made as the newest. */
  sessionsOf(wanted: (session: SessionRec) => boolean): readonly SessionRec[] {
    const seen = new Set<PrincipalArn>();
    return (this.directory?.sessions ?? [])
      .filter(wanted)
      .toSorted((a, b) => b.issued - a.issued)
      .filter(({ arn }) => !seen.has(arn) && seen.add(arn));
  }

  /** Managed policies that may be attached in an account: its own and AWS's. */
  attachable(account: AccountId): readonly string[] {
    const own = this.directory?.policies.filter(({ rec }) => rec.account === account) ?? [];
    return [...own.map(({ rec }) => rec.arn), ...(this.directory?.aws ?? []).map(({ arn }) => arn)];
  }

  documentOf(policyArn: string): string | undefined {
    const aws = this.directory?.aws.find(({ arn }) => arn === policyArn);
    if (aws) return aws.document;
    const own = this.directory?.policies.find(({ rec }) => rec.arn === policyArn);
    return own?.versions.find(({ version }) => version === own.rec.defaultVersion)?.document;
  }
}

/** `ReadOnly` of `arn:aws:iam::…:policy/ReadOnly`. */
export const policyName = (arn: string): string => arn.slice(arn.lastIndexOf('/') + 1);
