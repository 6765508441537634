import { fits, parseTemplate, testOf, textTest, type Pattern, type TextTest } from './pattern.ts';

const colon = 58;

/** The colon-separated segments of a pattern. */
function segmentsOf(pattern: Pattern): readonly Pattern[] {
  const segments: Pattern[] = [];
  let from = 0;
  for (let at = pattern.indexOf(colon); at >= 0; at = pattern.indexOf(colon, from)) {
    segments.push(pattern.slice(from, at));
    from = at + 1;
  }
  return [...segments, pattern.slice(from)];
}

/** Every segment fits the one in its place, and the last all that is left. */
function fitsSegments(segments: readonly Pattern[], got: string): boolean {
  const last = segments.length - 1;
  let from = 0;
  for (const [i, segment] of segments.entries()) {
    const end = i === last ? got.length : got.indexOf(':', from);
    if (end < 0 || !fits(segment, got, from, end)) return false;
    from = end + 1;
  }
  return true;
}

/**
 * One text of a Resource element. A wildcard stays inside its segment; in the last segment it reaches over colons (IAM User
 * Guide, reference_policies_elements_resource).
 */
export function resourceTextTest(text: string, variables: boolean): TextTest {
  const options = { wildcards: true, variables };
  if (text === '*') return textTest(text, options);
  const template = parseTemplate(text, options);
  if (!template.every((part) => typeof part === 'number'))
    return testOf(template, (pattern, got) => fitsSegments(segmentsOf(pattern), got));
  const segments = segmentsOf(template);
  return segments.some((segment) => segment.some((code) => code < 0))
    ? (got) => fitsSegments(segments, got)
    : textTest(text, options);
}
