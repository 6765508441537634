import { fits, parseTemplate, testOf, type Pattern } from '../pattern.ts';
import { comparing } from './operator.ts';

const colon = 58;

/** The six parts of an ARN pattern; the last keeps its colons. */
function partsOf(pattern: Pattern): readonly Pattern[] {
  const parts: Pattern[] = [];
  let from = 0;
  while (parts.length < 5) {
    const at = pattern.indexOf(colon, from);
    if (at < 0) break;
    parts.push(pattern.slice(from, at));
    from = at + 1;
  }
  return [...parts, pattern.slice(from)];
}

function fitsArn(parts: readonly Pattern[], got: string): boolean {
  if (parts.length !== 6) return false;
  let from = 0;
  for (const [i, part] of parts.entries()) {
    const end = i === 5 ? got.length : got.indexOf(':', from);
    if (end < 0 || !fits(part, got, from, end)) return false;
    from = end + 1;
  }
  return true;
}

/** Six colon-separated parts, each with wildcards that do not cross a colon; the last may hold colons. */
export const ArnLike = comparing('ArnLike', (value, variables) => {
  // OURS: a lone `*` has no six parts; it is taken as "any ARN", which is what its authors mean.
  if (value === '*') return (got) => got.startsWith('arn:');
  const template = parseTemplate(value, { wildcards: true, variables });
  // Without variables the parts are cut once.
  if (template.every((part) => typeof part === 'number')) {
    const parts = partsOf(template);
    return (got) => fitsArn(parts, got);
  }
  return testOf(template, (pattern, got) => fitsArn(partsOf(pattern), got));
});
