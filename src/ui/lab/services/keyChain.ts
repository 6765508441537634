import type { Protection, StoredThing } from '../../../client/index.ts';
import type { GlyphName } from '../../glyphs/names.ts';
import { serviceWords as words } from './words.ts';

type Hue = 'key' | 'data' | 'cipher' | 'paper' | 'wrapped';

/** One step from the bytes of a thing to the key that it hangs on. */
interface Link {
  readonly glyph: GlyphName;
  readonly hue: Hue | undefined;
  readonly name: string;
  /** Bytes. */
  readonly length: number | undefined;
  /** Of the KMS key. */
  readonly state: StoredThing['keyState'];
}
const link = (glyph: GlyphName, hue: Hue | undefined, name: string, more: Partial<Link> = {}): Link => ({
  ...{ glyph, hue, name, length: undefined, state: undefined },
  ...more,
});

/** From the bytes to the key. */
export function linksOf({
  protection,
  bytes,
  inner,
  wrapped,
  keyArn,
  keyState,
}: StoredThing): readonly Link[] {
  const links: Link[] = [];
  if (bytes && protection === 'none') links.push(link('g-plaintext', 'paper', words.links.plain));
  else if (bytes) links.push(link('g-ciphertext', 'cipher', words.links.bytes, { length: bytes.length }));
  // In two layers the second is beside the first, under a key of the service's own, and not under it.
  if (protection !== 'twoLayers')
    for (const { is, bytes: key } of inner)
      links.push(
        is === 'salt'
          ? link('g-data-key', 'data', words.links.salt)
          : link('g-wrapped-key', 'wrapped', words.links[is], { length: key.length }),
      );
  if (wrapped)
    links.push(link('g-wrapped-key', 'wrapped', words.wrappedLink(protection), { length: wrapped.length }));
  if (keyArn) links.push(link('g-kms-key', 'key', words.links.key, { state: keyState }));
  else if (protection === 'ownKey') links.push(link('g-data-key', undefined, words.links.own));
  else if (protection === 'customerKey') links.push(link('g-data-key', undefined, words.links.customer));
  return links;
}

const inTiers: ReadonlySet<Protection> = new Set(['bucketKey', 'tiers', 'seed']);
/** Whether there are keys under keys: drawn one in the other. */
export const nests = ({ protection, keyArn, inner }: StoredThing): boolean =>
  keyArn !== undefined && inner.length > 0 && protection !== undefined && inTiers.has(protection);
