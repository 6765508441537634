import { predefinedAliases } from '../awsManaged.ts';
import { findKey, foreignMissing } from '../find.ts';
import {
  aliasArn,
  indexKey,
  isRefusal,
  under,
  type AliasName,
  type AliasRec,
  type KeyArn,
} from '../model/index.ts';
import { onTheAccount } from '../oneKey.ts';
import { operation, type Step } from '../operation.ts';
import { pageOf, planPage, type PagePlan, type PageRequest } from '../pages.ts';

// https://docs.aws.amazon.com/kms/latest/APIReference/API_ListAliases.html

export interface ListAliasesRequest extends PageRequest {
  readonly KeyId?: string;
}
interface AliasListEntry {
  readonly AliasName: string;
  readonly AliasArn: string;
  readonly TargetKeyId?: string;
  readonly CreationDate?: Date;
  readonly LastUpdatedDate?: Date;
}
export interface ListAliasesResponse {
  readonly Aliases: readonly AliasListEntry[];
  readonly NextMarker?: string;
  readonly Truncated: boolean;
}

export const ListAliases = operation<ListAliasesRequest, ListAliasesResponse>({
  name: 'ListAliases',
  plane: 'control',
  readOnly: true,
  worksAcrossAccounts: false,
  refusals: ['InvalidMarkerException'],
  find({ KeyId }, step) {
    if (KeyId === undefined) return { keys: [] };
    const key = findKey({ by: 'KeyId', text: KeyId, action: 'kms:ListAliases', aliases: false }, step);
    if (isRefusal(key)) return key;
    // operations.json: the filter is for keys of the own account.
    return key.rec.account === step.identity.account
      ? { keys: [key] }
      : foreignMissing('kms:ListAliases', step);
  },
  permissions: onTheAccount('kms:ListAliases'),
  run(input, { keys: [key] }, step) {
    const plan = planPage('ListAliases', input);
    if (isRefusal(plan)) return plan;
    const rows = key ? aliasesOf(key.rec.arn, plan, step) : allAliases(plan, step);
    const { page, members } = pageOf('ListAliases', rows, plan, (row) => row.AliasName);
    return { Aliases: page, ...members };
  },
  trail: { request: ['KeyId', 'Limit', 'Marker'], response: 'none', keys: () => [] },
});

function aliasesOf(arn: KeyArn, { n, after }: PagePlan, step: Step): readonly AliasListEntry[] {
  const prefix = indexKey.aliasByTarget(arn);
  const from =
    after === undefined ? undefined : `${prefix}${under.aliases(step.identity.account, step.region)}${after}`;
  return step.view
    .range('aliasByTarget', { prefix, after: from, n: n + 1 })
    .map(({ rec }) => entry(rec as AliasRec));
}

/** In the order of names; predefined aliases without a key have neither target nor dates (recorded). */
function allAliases({ n, after }: PagePlan, step: Step): readonly AliasListEntry[] {
  const { view, region, identity } = step;
  const prefix = under.aliases(identity.account, region);
  const from = after === undefined ? undefined : `${prefix}${after}`;
  const made = view.range('ref', { prefix, after: from, n: n + 1 }).map(({ rec }) => entry(rec as AliasRec));
  const names = new Set(made.map(({ AliasName }) => AliasName));
  const unused = predefinedAliases
    .filter((alias) => (after === undefined || alias > after) && !names.has(alias))
    .map((alias) => ({ AliasName: alias, AliasArn: aliasArn(region, identity.account, alias as AliasName) }));
  return [...made, ...unused].sort((a, b) => (a.AliasName < b.AliasName ? -1 : 1)).slice(0, n + 1);
}

const entry = ({ alias, arn, target, CreationDate, LastUpdatedDate }: AliasRec): AliasListEntry => ({
  AliasName: alias,
  AliasArn: arn,
  TargetKeyId: target.slice(target.indexOf(':key/') + ':key/'.length),
  CreationDate: new Date(CreationDate),
  LastUpdatedDate: new Date(LastUpdatedDate),
});
