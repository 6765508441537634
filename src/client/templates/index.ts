import { parseRegion, type PrincipalArn } from '../../engine/index.ts';
import { beginning } from '../history/beginning.ts';
import type { World } from '../world.ts';
import type { Template } from './template.ts';

export { templateById, templates } from './all.ts';

/**
 * @throws when the engine refuses a call: the template is wrong
 * @returns the last entry of each call
 */
export async function playTemplate(
  { id, calls }: Template,
  world: World,
  switches: { readonly throttling: boolean },
): Promise<readonly number[]> {
  const made: number[] = [];
  const named = new Map<string, string>();
  for (const { service, operation, by, region = 'us-east-1', input, as, at = 'KeyMetadata.Arn' } of calls) {
    const where = parseRegion(region);
    if (!where) throw new Error(`template "${id}" names a Region that is none: ${region}`);
    const { result, seq } = await world.call({
      service,
      operation,
      input: filled(input, named) as Readonly<Record<string, unknown>>, // an object stays one
      principal: by as PrincipalArn, // a name that nobody has is refused inside
      region: where,
      group: beginning,
    });
    if (!result.ok)
      throw new Error(
        `template "${id}": ${operation} was refused: ${result.refusal.refused} ${result.refusal.message}`,
      );
    made.push(seq);
    if (as !== undefined) named.set(as, toldAt(result.output, at));
  }
  if (switches.throttling) await world.setSwitches(switches, undefined, beginning);
  return made;
}

/** The text at a place of an answer: `Policy.PolicySummary.Id`. */
function toldAt(output: unknown, at: string): string {
  const told = at
    .split('.')
    .reduce<unknown>(
      (value, name) =>
        typeof value === 'object' && value !== null ? new Map(Object.entries(value)).get(name) : undefined,
      output,
    );
  if (typeof told !== 'string') throw new Error(`a template reads "${at}", which its answer does not have`);
  return told;
}

function filled(value: unknown, named: ReadonlyMap<string, string>): unknown {
  if (typeof value === 'string')
    return value.replaceAll(/\{(\w+)\}/g, (whole, name: string) => named.get(name) ?? whole);
  if (Array.isArray(value)) return value.map((one) => filled(one, named));
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, filled(member, named)]));
}
