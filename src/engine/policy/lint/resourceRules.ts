import { parseArn } from '../../model/index.ts';
import { Context } from '../context.ts';
import { textTest } from '../pattern.ts';
import { coveredActions } from './actions.ts';
import { about, elementName, itemPath, type Finding, type StatementRule } from './finding.ts';

/** A key of the shape that ARNs have, in the account and Region that a pattern names, or in any. */
const someKey = (pattern: string): string => {
  const { partition = 'aws', region = '', account = '' } = parseArn(pattern) ?? {};
  const plain = (text: string, otherwise: string): string => (/^[a-z0-9-]+$/.test(text) ? text : otherwise);
  const id =
    /key\/([0-9a-f-]{36}|mrk-[0-9a-f]{32})$/.exec(pattern)?.[1] ?? '00000000-0000-0000-0000-000000000000';
  return `arn:${plain(partition, 'aws')}:kms:${plain(region, 'us-east-1')}:${plain(account, '111122223333')}:key/${id}`;
};

const nothing = new Context({ context: {} });

/** OURS: a pattern with other wildcards in its id is taken to match some key. */
const canMatchKey = (pattern: string): boolean =>
  textTest(pattern, { wildcards: true, variables: false })(someKey(pattern), nothing) ||
  /:key\/.*[*?$]/.test(pattern);

/**
 * policy.md §3 and §7: an alias ARN names an alias, for alias operations. It never matches the key behind it; use
 * kms:RequestAlias or kms:ResourceAliases, or the key's ARN.
 */
export const aliasInResource: StatementRule = (linted) => {
  const { statement, options, path } = linted;
  const { resource } = statement;
  if (!resource) return [];
  const onKeys = coveredActions(statement).filter(({ on }) => !on.includes('alias') && !on.includes('*'));
  if (onKeys.length === 0) return [];
  const element = elementName('Resource', resource.negated);
  return resource.items.flatMap((item, i): readonly Finding[] => {
    if (!/^arn:[^:]*:kms:[^:]*:[^:]*:alias\//.test(item)) return [];
    const target = options.kind === 'key' ? '*' : options.aliases?.[item];
    const at = itemPath(linted, element, i);
    const facts = { alias: item, actions: onKeys.map(({ action }) => action) };
    const fix =
      target === undefined ? undefined : [{ op: 'set' as const, path: [...path, ...at], value: target }];
    return [about(linted, 'alias-in-resource', 'error', at, facts, fix)];
  });
};

/** policy.md §3: in a key policy the resource is this key, written "*". */
export const otherResource: StatementRule = (linted) => {
  const { statement, options, path } = linted;
  const { resource } = statement;
  if (!resource || options.kind !== 'key') return [];
  const element = elementName('Resource', resource.negated);
  return resource.items.flatMap((item, i) => {
    if (item === '*' || /:alias\//.test(item)) return [];
    const at = itemPath(linted, element, i);
    const fix = [{ op: 'set' as const, path: [...path, ...at], value: '*' }];
    const severity = canMatchKey(item) ? 'note' : 'error';
    return [about(linted, 'resource-is-not-this-key', severity, at, { resource: item }, fix)];
  });
};
