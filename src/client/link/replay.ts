import { fromBase64, parseRegion, seededBytes, type PrincipalArn } from '../../engine/index.ts';
import { isObject } from '../files/codec.ts';
import type { World } from '../world.ts';
import { LinkFault, type Story } from './format.ts';
import { playTemplate, templateById } from '../templates/index.ts';
import type { Template } from '../templates/template.ts';
import { namesOf } from './names.ts';

/** Plays a story in a world that has just begun with its genesis. */
export async function replay(story: Story, world: World): Promise<void> {
  const made: { readonly names: readonly string[]; readonly output: unknown }[] = [];
  const namesAt = async (seq: number) => namesOf((await world.entry(seq))?.diff ?? []);
  const template = templateById(story.template);
  if (template) {
    for (const seq of await played(template, world))
      made.push({ names: await namesAt(seq), output: undefined });
  }
  for (const [i, step] of story.steps.entries()) {
    if ('switches' in step) {
      await world.setSwitches(step.switches);
      made.push({ names: [], output: undefined });
      continue;
    }
    if ('backing' in step) {
      await world.setBacking(step.backing);
      made.push({ names: [], output: undefined });
      continue;
    }
    if ('externalKey' in step) {
      await world.setExternalKey(step.externalKey);
      made.push({ names: [], output: undefined });
      continue;
    }
    const place = `$.steps[${i}]`;
    const region = parseRegion(step.region);
    if (!region) throw new LinkFault(`${place}.region`, 'is not a Region');
    if (step.after !== undefined) {
      await world.advance({ to: world.time() + step.after });
    }
    const fill = filled(made);
    const { result, seq } = await world.call({
      ...step.way,
      ...(step.through ? { vpcEndpoint: nameOf(step.through, made) } : {}),
      service: step.service,
      operation: step.operation,
      input: fill(step.input) as Readonly<Record<string, unknown>>, // an object, as the reader of the link checked
      principal: (story.principals[step.principal] ?? '') as PrincipalArn, // a name that nobody has is refused inside
      region,
    });
    made.push({ names: await namesAt(seq), output: result.ok ? result.output : undefined });
  }
}

/** In a world that begins in another way than the template wants, its calls may be refused. */
async function played(template: Template, world: World): Promise<readonly number[]> {
  try {
    return await playTemplate(template, world, { throttling: false });
  } catch (error) {
    throw new LinkFault('$.template', error instanceof Error ? error.message : String(error));
  }
}

type Earlier = readonly { readonly names: readonly string[]; readonly output: unknown }[];

/** Puts what earlier steps made in its places. What they did not make this time is left empty. */
const filled = (made: Earlier) => {
  const fill = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(fill);
    if (!isObject(value)) return value;
    const [tag, ...more] = Object.keys(value);
    if (tag === undefined || more.length > 0 || !tag.startsWith('$')) return members(Object.entries(value));
    const inside = value[tag];
    const list: readonly unknown[] = Array.isArray(inside) ? inside : [];
    switch (tag) {
      case '$b':
        return fromBase64(String(inside));
      case '$f':
        return seededBytes('filler', Number(list[0]))(Number(list[1]));
      case '$s':
        return 'x'.repeat(Number(inside));
      case '$o': {
        const output = made[Number(list[0])]?.output;
        return isObject(output) ? output[String(list[1])] : undefined;
      }
      case '$t':
        return list.map((part) => (typeof part === 'string' ? part : nameOf(part, made))).join('');
      default:
        return members(list as readonly (readonly [string, unknown])[]); // `$p`, as the reader checked
    }
  };
  const members = (pairs: readonly (readonly [string, unknown])[]) =>
    Object.fromEntries(pairs.map(([name, one]) => [name, fill(one)]));
  return fill;
};

function nameOf(part: unknown, made: Earlier): string {
  const [step, i] = part as readonly [number, number]; // as the reader checked
  return made[step]?.names[i] ?? '';
}
