import type { Refusal } from '../../../engine/index.ts';
import { isFault, placeAt, placeOf, readJson, type Place } from '../../editor/json.ts';
import type { Mark } from '../../editor/marks.ts';
import { policyWords } from './words.ts';

/*
 * Where in the text KMS's refusal of a policy points. KMS names places for some mistakes only; for the others the linter's
 * own findings of the same kind are the place.
 */

const invalidPrincipal = new Set([
  'unknown-principal',
  'group-principal',
  'wildcard-in-principal',
  'deleted-principal',
]);

function placeFor(message: string, text: string, marks: readonly Mark[]): Place | undefined {
  if (/invalid principals/.test(message)) return marks.find(({ rule }) => invalidPrincipal.has(rule));
  const malformed = marks.find(
    ({ rule }) => rule === 'malformed' || rule === 'json' || rule === 'unknown-operator',
  );
  if (malformed) return malformed;
  const root = readJson(text);
  if (isFault(root)) return undefined;
  // The lock-out check reads all statements together.
  if (/update the key policy in the future/.test(message)) return placeAt(root, ['Statement'], 'name');
  if (/ForAllValues/.test(message))
    return marks.find(
      ({ rule }) => rule === 'overly-permissive-condition' || rule === 'for-all-values-on-absence',
    );
  return undefined;
}

/** What PutKeyPolicy answered, as a mark in the text that was sent; none when it is not about the text. */
export function answersOf(refusal: Refusal, text: string, marks: readonly Mark[]): readonly Mark[] {
  const about = ['MalformedPolicyDocumentException', 'LimitExceededException', 'ValidationException'];
  if (!about.includes(refusal.refused) || !refusal.message) return [];
  const place = placeFor(refusal.message, text, marks) ?? { from: 0, to: 1 };
  return [
    {
      from: place.from,
      to: place.to,
      ...placeOf(text, place.from),
      severity: 'error',
      rule: 'refused',
      message: policyWords.answered(refusal.message),
      statement: undefined,
      fix: undefined,
    },
  ];
}
