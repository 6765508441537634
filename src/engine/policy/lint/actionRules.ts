import { actionNamed, actionsLike, kmsActions } from '../vocabulary.ts';
import { hasPrincipal } from '../document.ts';
import type { JsonEdit } from '../edits.ts';
import { coveredActions, nearest } from './actions.ts';
import { about, elementName, itemPath, type Finding, type StatementRule } from './finding.ts';

const names = kmsActions.map(({ action }) => action);

export const unknownActions: StatementRule = (linted) => {
  const { action } = linted.statement;
  if (!action) return [];
  const element = elementName('Action', action.negated);
  return action.items.flatMap((item, i): readonly Finding[] => {
    const at = itemPath(linted, element, i);
    if (item === '*') return [];
    if (!item.toLowerCase().startsWith('kms:')) {
      // A resource policy of a key is asked about KMS alone; others speak of all services.
      return linted.options.kind === 'key'
        ? [about(linted, 'foreign-service-action', 'warning', at, { action: item })]
        : [];
    }
    if (actionsLike(item).length > 0) return [];
    if (item.toLowerCase() === 'kms:reencrypt') {
      const fix: readonly JsonEdit[] = [
        { op: 'set', path: [...linted.path, ...at], value: 'kms:ReEncrypt*' },
      ];
      return [about(linted, 'unknown-action', 'error', at, { action: item, nearest: 'kms:ReEncrypt*' }, fix)];
    }
    const meant = /[*?]/.test(item) ? undefined : nearest(item, names);
    return meant === undefined
      ? [about(linted, 'unknown-action', 'error', at, { action: item })]
      : [
          about(linted, 'unknown-action', 'error', at, { action: item, nearest: meant }, [
            { op: 'set', path: [...linted.path, ...at], value: meant },
          ]),
        ];
  });
};

/** policy.md §6: kms:RetireGrant has no effect in key policies and RCPs. Found where it is written out. */
export const retireGrant: StatementRule = (linted) => {
  const { action } = linted.statement;
  if (!action || !hasPrincipal(linted.options.kind) || linted.options.kind === 'endpoint') return [];
  return action.items.flatMap((item, i) =>
    actionNamed(item)?.action === 'kms:RetireGrant'
      ? [
          about(
            linted,
            'retire-grant-in-resource-policy',
            'warning',
            itemPath(linted, elementName('Action', action.negated), i),
            { action: item },
          ),
        ]
      : [],
  );
};

/** policy.md §3: a statement without Action or Resource is stored and does nothing. */
export const noEffect: StatementRule = (linted) => {
  const { statement, options, path } = linted;
  const { effect } = statement;
  if (!statement.resource) {
    const fix: readonly JsonEdit[] = [{ op: 'set', path: [...path, 'Resource'], value: '*' }];
    return [about(linted, 'no-effect', 'error', [], { effect, lacks: 'Resource' }, fix)];
  }
  if (!statement.action) return [about(linted, 'no-effect', 'error', [], { effect, lacks: 'Action' })];
  if (options.kind === 'key' && coveredActions(statement).length === 0)
    return [
      about(linted, 'no-effect', 'error', [elementName('Action', statement.action.negated)], {
        effect,
        lacks: 'kms',
      }),
    ];
  return [];
};
