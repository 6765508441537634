/** One statement as a card shows it. Reading only: the engine alone decides what a policy means. */
export interface StatementCard {
  readonly sid: string | undefined;
  readonly effect: 'Allow' | 'Deny';
  readonly principals: readonly string[];
  readonly notPrincipal: boolean;
  readonly actions: readonly string[];
  readonly notAction: boolean;
  readonly conditions: readonly string[];
  /** Allows the account's root principal: IAM decides further. */
  readonly delegates: boolean;
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const texts = (value: unknown): readonly string[] => {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
    return [String(value)];
  return Array.isArray(value) ? value.flatMap(texts) : [];
};

/** `arn:aws:iam::111122223333:root` or `111122223333`: the account itself. */
const isAccount = (principal: string): boolean => /^(\d{12}|arn:[\w-]+:iam::\d{12}:root)$/.test(principal);

/** How a card names a principal: without the parts that all of them share, with the account. */
export function principalWord(principal: string): string {
  const arn = /^arn:[\w-]+:(iam|sts)::(\d{12}):(.+)$/.exec(principal);
  if (!arn) return principal;
  return arn[3] === 'root' ? `${arn[2]}:root` : `${arn[3]}`;
}

/** The statements of a policy text, or undefined when it is not one. */
export function policyCards(document: string): readonly StatementCard[] | undefined {
  let policy: unknown;
  try {
    policy = JSON.parse(document);
  } catch {
    return undefined;
  }
  if (!isObject(policy)) return undefined;
  const statements = Array.isArray(policy['Statement']) ? policy['Statement'] : [policy['Statement']];
  return statements.filter(isObject).map(cardOf);
}

function cardOf(statement: Readonly<Record<string, unknown>>): StatementCard {
  const who = statement['Principal'] ?? statement['NotPrincipal'];
  const principals = isObject(who)
    ? Object.entries(who).flatMap(([type, value]) =>
        texts(value).map((p) => (type === 'AWS' ? p : `${type} ${p}`)),
      )
    : texts(who);
  const effect = statement['Effect'] === 'Deny' ? 'Deny' : 'Allow';
  const sid = texts(statement['Sid'])[0];
  return {
    sid: sid === '' ? undefined : sid,
    effect,
    principals: principals.map(principalWord),
    notPrincipal: statement['NotPrincipal'] !== undefined,
    actions: texts(statement['Action'] ?? statement['NotAction']).map((a) =>
      a === 'kms:*' ? a : a.replace(/^kms:/, ''),
    ),
    notAction: statement['NotAction'] !== undefined,
    conditions: conditionsOf(statement['Condition']),
    delegates: effect === 'Allow' && principals.some(isAccount),
  };
}

function conditionsOf(condition: unknown): readonly string[] {
  if (!isObject(condition)) return [];
  return Object.entries(condition).flatMap(([operator, keys]) =>
    isObject(keys)
      ? Object.entries(keys).map(([key, values]) => `${operator} ${key} = ${texts(values).join(' | ')}`)
      : [],
  );
}

/** A policy as people edit it: two spaces. Text that is no JSON stays as it is. */
export function pretty(document: string): string {
  try {
    return JSON.stringify(JSON.parse(document), undefined, 2);
  } catch {
    return document;
  }
}
