import type { Work } from '../../engine/index.ts';
import type { GlyphName } from '../glyphs/names.ts';

type Hue = 'key' | 'data' | 'cipher' | 'paper' | 'deny' | 'dim';

/** The thing that a piece of work is about, as it is drawn everywhere. */
export function workGlyph(item: Work): readonly [GlyphName, Hue] {
  switch (item.kind) {
    case 'domainKeyMade':
    case 'keyDerived':
      return ['g-hsm', 'key'];
    case 'materialMade':
    case 'materialOpened':
      return ['g-material', 'key'];
    case 'random':
      return item.for === 'dataKey' ? ['g-data-key', 'data'] : ['g-hsm', 'key'];
    case 'dataSealed':
    case 'sealed':
    case 'blobRead':
      return ['g-ciphertext', 'cipher'];
    case 'dataOpened':
    case 'opened':
      return ['g-plaintext', 'paper'];
    case 'dataNotOpened':
    case 'openFailed':
      return ['u-cross', 'deny'];
    case 'stateChanged':
      return ['g-kms-key', 'key'];
    case 'keyKept':
    case 'keyReused':
    case 'keyDropped':
      return ['g-data-key', 'data'];
    case 'called':
      return ['g-kms-key', 'key'];
    case 'returned':
      return ['u-right', 'dim'];
  }
}
