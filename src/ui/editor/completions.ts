import {
  actionsLike,
  conditionKeyNamed,
  conditionKeys,
  conditionOperators,
  kmsActions,
  shortPrincipal,
} from '../../client/index.ts';
import { saysWhat, saysWho, type DocumentKind, type PolicyFacts } from './facts.ts';
import { childOf, isFault, readJson, valueOf, type JsonPath } from './json.ts';
import { standingAt, type Standing } from './place.ts';
import { editorWords } from './words.ts';

/*
 * What may stand at a place of a policy: elements, actions, operators, condition keys, their values, and the principals of
 * this world. Names come from the engine's own vocabulary.
 */

export interface Option {
  /** What is written, without quotes. */
  readonly label: string;
  readonly detail: string;
  readonly hue: 'element' | 'action' | 'operator' | 'key' | 'principal' | 'value';
  /** Higher stands first, before the letters are looked at. */
  readonly boost?: number;
}
export interface Completions {
  readonly from: number;
  readonly to: number;
  readonly options: readonly Option[];
  readonly standing: Standing;
}

const words = editorWords.completion;
const option = (hue: Option['hue'], label: string, detail = '', boost = 0): Option => ({
  label,
  detail,
  hue,
  boost,
});

/** Families that policies name by a wildcard: those that key policies of the console and of the guide use. */
const families = [
  '*',
  'ReEncrypt*',
  'GenerateDataKey*',
  'Describe*',
  'List*',
  'Get*',
  'Create*',
  'Enable*',
  'Put*',
  'Update*',
  'Revoke*',
  'Disable*',
  'Delete*',
];

export const actionOptions: readonly Option[] = [
  ...families.map((family) =>
    option('action', `kms:${family}`, words.covers(actionsLike(`kms:${family}`).length), 1),
  ),
  ...kmsActions.map(({ action, on, crossAccount }) =>
    option('action', action, words.asked(on.includes('key') ? 'key' : (on[0] ?? '*'), crossAccount)),
  ),
];

/** `StringEquals` first, its variants with IfExists and for sets after all plain ones. */
export const operatorOptions: readonly Option[] = [
  ...conditionOperators.map(({ name }) => option('operator', name, words.operator(name), 3)),
  ...conditionOperators
    .filter(({ asksPresence }) => !asksPresence)
    .map(({ name }) => option('operator', `${name}IfExists`, words.ifExists, 2)),
  ...(['ForAnyValue', 'ForAllValues'] as const).flatMap((set) =>
    conditionOperators
      .filter(({ asksPresence }) => !asksPresence)
      .map(({ name }) => option('operator', `${set}:${name}`, words.set[set])),
  ),
];

/** What an operator compares, by its name: the types of condition keys. */
export function typeOfOperator(operator: string): string | undefined {
  const name = operator.replace(/^For(Any|All)Values?:/, '').replace(/IfExists$/, '');
  return /^(Not)?(String|Numeric|Date|Bool|Arn|Ip|Binary)/.exec(name)?.[2]?.replace('Ip', 'IpAddress');
}

export function keyOptions(operator: string | undefined, actions: readonly string[] = []): readonly Option[] {
  const type = operator === undefined ? undefined : typeOfOperator(operator);
  const carried = new Set(actions.flatMap((action) => actionsLike(action).flatMap(({ keys }) => keys)));
  return conditionKeys.map(({ key, type: own, multi }) =>
    option(
      'key',
      key.replace('<key>', ''),
      words.key(own, multi),
      (carried.has(key) ? 2 : 0) + (type === undefined || type === own ? 1 : 0),
    ),
  );
}

export function principalOptions(facts: PolicyFacts): readonly Option[] {
  return [
    ...facts.principals.map((arn) => option('principal', arn, shortPrincipal(arn), 2)),
    ...facts.accounts.map((id) =>
      option('principal', `arn:aws:iam::${id}:root`, words.account(id === facts.account), 1),
    ),
    option('principal', '*', words.everybody),
  ];
}

/** conditions.json, viaServiceNames: those of services.json that call KMS for somebody. */
const services = [
  's3',
  'ec2',
  'rds',
  'dynamodb',
  'lambda',
  'sqs',
  'sns',
  'secretsmanager',
  'ssm',
  'kinesis',
  'redshift',
  'elasticfilesystem',
  'backup',
  'glue',
  'es',
  'workspaces',
];
export const serviceOptions: readonly Option[] = [
  ...services,
  'logs',
  'cloudtrail',
  'events',
  'cloudwatch',
].map((name) => option('principal', `${name}.amazonaws.com`, words.service));

export function valueOptions(key: string, facts: PolicyFacts): readonly Option[] {
  const lower = key.toLowerCase();
  const known = conditionKeyNamed(key);
  if (lower === 'kms:viaservice') {
    const region = facts.region ?? 'us-east-1';
    return services.map((name) => option('value', `${name}.${region}.amazonaws.com`, words.service));
  }
  if (/(calleraccount|principalaccount|resourceaccount|sourceaccount)$/.test(lower))
    return facts.accounts.map((id) => option('value', id, words.account(id === facts.account)));
  if (/(principalarn|granteeprincipal|retiringprincipal)$/.test(lower))
    return principalOptions(facts).map((one) => ({ ...one, hue: 'value' as const }));
  const values = known?.values ?? (known?.type === 'Bool' ? ['true', 'false'] : []);
  return values.map((value) => option('value', value));
}

const elements = (kind: DocumentKind): readonly string[] => [
  'Sid',
  'Effect',
  ...(saysWho(kind) ? ['Principal', 'NotPrincipal'] : []),
  'Action',
  'NotAction',
  ...(saysWhat(kind) ? ['Resource', 'NotResource'] : []),
  'Condition',
];

/** The actions of the statement that is being written, for what its requests carry. */
function actionsAt(text: string, statement: JsonPath): readonly string[] {
  const root = readJson(text);
  if (isFault(root)) return [];
  const at = statement.reduce<ReturnType<typeof childOf>>(childOf, root);
  const node = childOf(at, 'Action');
  const value = node && valueOf(node);
  return (Array.isArray(value) ? value : [value]).filter((one): one is string => typeof one === 'string');
}

/** Where inside a statement the path leads: `Statement`, and the number when there is a list. */
function inStatement(
  path: JsonPath,
): { readonly statement: JsonPath; readonly rest: readonly string[] } | undefined {
  if (path[0] !== 'Statement') return undefined;
  const isList = typeof path[1] === 'number';
  return {
    statement: path.slice(0, isList ? 2 : 1),
    // Places in a list do not matter below a statement: an item may be written with or without one.
    rest: path.slice(isList ? 2 : 1).filter((step): step is string => typeof step === 'string'),
  };
}

function optionsFor(
  { path, role, names, values }: Standing,
  text: string,
  kind: DocumentKind,
  facts: PolicyFacts,
): readonly Option[] {
  const fresh = (all: readonly string[], say: Readonly<Record<string, string>> = {}): readonly Option[] =>
    all.filter((one) => !names.includes(one)).map((one, i) => option('element', one, say[one] ?? '', -i));
  const unused = (all: readonly Option[]): readonly Option[] =>
    all.filter(({ label }) => !values.includes(label));
  if (role === 'name' && path.length === 0) return fresh(['Version', 'Id', 'Statement']);
  if (path[0] === 'Version') return [option('value', '2012-10-17', '', 1), option('value', '2008-10-17')];
  const within = inStatement(path);
  if (!within) return [];
  const [element, first, second] = within.rest;
  if (role === 'name') {
    if (element === undefined) {
      const taken = new Set(names.map((name) => name.replace(/^Not/, '')));
      return fresh(elements(kind), words.element).filter(
        ({ label }) => !taken.has(label.replace(/^Not/, '')),
      );
    }
    if (/^(Not)?Principal$/.test(element)) return fresh(['AWS', 'Service', 'Federated'], words.element);
    if (element !== 'Condition') return [];
    if (first === undefined) return operatorOptions.filter(({ label }) => !names.includes(label));
    return keyOptions(first, actionsAt(text, within.statement)).filter(({ label }) => !names.includes(label));
  }
  switch (element) {
    case 'Effect':
      return [option('value', 'Allow', '', 1), option('value', 'Deny')];
    case 'Action':
    case 'NotAction':
      return unused(kind === 'trust' ? [option('action', 'sts:AssumeRole')] : actionOptions);
    case 'Principal':
    case 'NotPrincipal':
      if (first === 'Service') return unused(serviceOptions);
      return first === 'AWS' ? unused(principalOptions(facts)) : [option('principal', '*', words.everybody)];
    case 'Resource':
    case 'NotResource':
      return unused(resourceOptions(kind, facts));
    case 'Condition':
      return second === undefined ? [] : unused(valueOptions(second, facts));
    default:
      return [];
  }
}

export function resourceOptions(kind: DocumentKind, facts: PolicyFacts): readonly Option[] {
  const star = option('value', '*', kind === 'key' ? words.thisKey : words.everything, 1);
  if (kind === 'key') return [star];
  const all =
    facts.account && facts.region
      ? [option('value', `arn:aws:kms:${facts.region}:${facts.account}:key/*`)]
      : [];
  return [star, ...facts.keys.map((arn) => option('value', arn)), ...all];
}

/** What may be written at an offset of a policy's text. Undefined: nothing that is known. */
export function completionsAt(
  text: string,
  offset: number,
  kind: DocumentKind,
  facts: PolicyFacts,
): Completions | undefined {
  const standing = standingAt(text, offset);
  const options = optionsFor(standing, text, kind, facts);
  return options.length === 0 ? undefined : { from: standing.from, to: standing.to, options, standing };
}
