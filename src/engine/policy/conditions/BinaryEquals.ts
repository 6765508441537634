import { comparing } from './operator.ts';

/** The bits of base64 text, without padding; undefined when it is none. */
function readBase64(text: string): string | undefined {
  const bare = text.replace(/={1,2}$/, '');
  return /^[A-Za-z0-9+/]*$/.test(bare) && bare.length % 4 !== 1 ? bare : undefined;
}

/** Byte for byte, both sides in base64. */
export const BinaryEquals = comparing('BinaryEquals', (value) => {
  const wanted = readBase64(value);
  return (got) => wanted !== undefined && readBase64(got) === wanted;
});
