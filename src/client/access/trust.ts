/*
 * The decision is asked about a role's trust policy as about a key policy, with a Resource in each statement that IAM does
 * not let stand there. Here it is taken out again.
 */

interface Statement {
  readonly Action?: unknown;
}

/** What stands for the trust policy of a role that has none. */
const isNobody = ({ Action }: Statement): boolean => Action === 'sts:None';

export function withoutResource(text: string): string {
  const document = JSON.parse(text) as { readonly Statement: Statement | readonly Statement[] }; // It has been compiled.
  const all = Array.isArray(document.Statement) ? document.Statement : [document.Statement];
  const statements = all
    .filter((one: Statement) => all.length === 1 || !isNobody(one))
    .map((one: Statement & { readonly Resource?: unknown }) => {
      const { Resource: _, ...rest } = one;
      return rest;
    });
  return JSON.stringify({ ...document, Statement: statements }, undefined, 2);
}
