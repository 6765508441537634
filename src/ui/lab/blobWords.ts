import type { BlobField, BlobFieldName } from '../../engine/index.ts';
import type { GlyphName } from '../glyphs/names.ts';

/** What each field of a ciphertext blob is, in words. */
export const fieldNames: Readonly<Record<BlobFieldName, string>> = {
  layoutStart: 'layout',
  kind: 'made by',
  layoutEnd: 'layout',
  materialId: 'key material identifier',
  nonceMark: 'mark of the nonce',
  nonce: 'nonce of the key derivation',
  contentLength: 'length of the rest',
  contentInfo: 'CMS ContentInfo',
  oidEncryptedData: 'type: encryptedData',
  explicitContent: 'content [0]',
  encryptedData: 'EncryptedData',
  cmsVersion: 'version 0',
  encryptedContentInfo: 'EncryptedContentInfo',
  oidData: 'type: data',
  algorithm: 'AlgorithmIdentifier',
  oidAes256Gcm: 'aes256-GCM',
  oidSm4Gcm: 'sm4-GCM',
  parameters: 'GCM parameters',
  iv: 'initialization vector',
  tagLength: 'tag length 16',
  encryptedContent: 'encryptedContent [0]',
  ciphertext: 'ciphertext',
  tag: 'authentication tag',
};

type Hue = 'key' | 'data' | 'cipher';
const glyphs: Readonly<Record<string, readonly [GlyphName, Hue]>> = {
  material: ['g-material', 'key'],
  hsm: ['g-hsm', 'key'],
  'data-key': ['g-data-key', 'data'],
  ciphertext: ['g-ciphertext', 'cipher'],
};

/** Glyph and hue of the thing that a field belongs to; mere structure has none. */
export const fieldGlyph = (field: BlobField): readonly [GlyphName, Hue] | undefined =>
  field.glyph === undefined ? undefined : glyphs[field.glyph];
