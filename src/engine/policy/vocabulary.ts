import { textTest } from './pattern.ts';
import { Context } from './context.ts';
import words from './vocabulary.json';

/*
 * The names that policies about KMS are made of: actions with what they are asked of and which condition keys their
 * requests carry, condition keys with their types. Data: reference/operations.json and conditions.json.
 */

export interface ActionFacts {
  /** `kms:Decrypt` in AWS's capitals. */
  readonly action: string;
  /** What a request of it is judged on; an operation may be asked of several. */
  readonly on: readonly ('key' | 'alias' | '*')[];
  readonly crossAccount: boolean;
  /** `kms:` keys, and tag keys, that its requests can carry, `kms:EncryptionContext:<key>`; global keys are not listed. */
  readonly keys: readonly string[];
}

export interface ConditionKeyFacts {
  /** In AWS's capitals; `<key>` stands for any text. */
  readonly key: string;
  readonly type: 'String' | 'Arn' | 'Numeric' | 'Date' | 'Bool' | 'IpAddress';
  readonly multi: boolean;
  readonly values: readonly string[] | undefined;
}

interface Words {
  readonly keyResourceKeys: readonly string[];
  readonly actions: Readonly<
    Record<
      string,
      { readonly on: readonly string[]; readonly crossAccount: boolean; readonly keys: readonly string[] }
    >
  >;
  readonly conditionKeys: Readonly<
    Record<string, { readonly type: string; readonly multi: boolean; readonly values?: readonly string[] }>
  >;
}
const { keyResourceKeys, actions, conditionKeys: keyWords }: Words = words;

/** Every KMS action there is, in the order of their names. */
export const kmsActions: readonly ActionFacts[] = Object.entries(actions).map(
  ([name, { on, crossAccount, keys }]) => ({
    action: `kms:${name}`,
    on: on as ActionFacts['on'], // The file's words; vocabulary.test.ts reads them all.
    crossAccount,
    keys: keys.flatMap((key) => (key === '+KEY' ? keyResourceKeys : [key])),
  }),
);

const actionByName = new Map(kmsActions.map((facts) => [facts.action.toLowerCase(), facts]));

/** Action names match without regard to case. */
export const actionNamed = (action: string): ActionFacts | undefined =>
  actionByName.get(action.toLowerCase());

const nothing = new Context({ context: {} });

/** The KMS actions that an Action element's text covers: `kms:*`, `kms:Re*`. */
export function actionsLike(pattern: string): readonly ActionFacts[] {
  const test = textTest(pattern.toLowerCase(), { wildcards: true, variables: false });
  return kmsActions.filter(({ action }) => test(action.toLowerCase(), nothing));
}

/** Every condition key that a request to KMS may carry. */
export const conditionKeys: readonly ConditionKeyFacts[] = Object.entries(keyWords).map(
  ([key, { type, multi, values }]) => ({
    key,
    type: type as ConditionKeyFacts['type'], // As above.
    multi,
    values,
  }),
);
const plainKeys = new Map(conditionKeys.map((facts) => [facts.key.toLowerCase(), facts]));
/** Those that end in `<key>`, by what stands before it. */
const openKeys = conditionKeys
  .filter(({ key }) => key.endsWith('<key>'))
  .map((facts) => ({ start: facts.key.slice(0, -'<key>'.length).toLowerCase(), facts }));

/** The condition key that a policy means: `kms:encryptioncontext:app` is `kms:EncryptionContext:<key>`. */
export function conditionKeyNamed(key: string): ConditionKeyFacts | undefined {
  const lower = key.toLowerCase();
  return (
    plainKeys.get(lower) ??
    openKeys.find(({ start }) => lower.startsWith(start) && lower.length > start.length)?.facts
  );
}
