import { isRefusal, type Refusal } from './model/index.ts';
import { findKey } from './find.ts';
import type { Located, Permission, Step } from './operation.ts';

/*
 * The common case: one key, named by one member, judged by one permission on that key.
 */

/** `find` for a key named by `KeyId`. */
export const keyNamedBy =
  (action: string, aliases: 'withAliases' | 'withoutAliases') =>
  (input: { readonly KeyId: string }, step: Step): Located | Refusal => {
    const key = findKey({ by: 'KeyId', text: input.KeyId, action, aliases: aliases === 'withAliases' }, step);
    return isRefusal(key) ? key : { keys: [key] };
  };

/** `permissions` for one action on each located key. */
export const onTheKey =
  (action: string) =>
  (_input: unknown, located: Located): readonly Permission[] =>
    located.keys.map((key) => ({ action, key }));

/** `find` for operations on the account. */
export const noKey = (): Located => ({ keys: [] });

/** `permissions` for one action on the account. */
export const onTheAccount = (action: string) => (): readonly Permission[] => [{ action, resource: '*' }];
