/** The engine room: all cryptography of the simulated HSM, synchronous and in plain TypeScript. */
export { seededBytes, uuidFrom, type Random } from './chance.ts';
export { concat, equalBytes, fromBase64, fromHex, fromUtf8, toBase64, toHex, utf8 } from './codec.ts';
export { encryptionContextAad } from './encryptionContext.ts';
export { openGcm, sealGcm } from './gcm.ts';
export { hmacSha256, sha256Of } from './hash.ts';
export { materialAad, materialIdentifier, unwrapMaterial, wrapMaterial } from './material.ts';
export { maxBlob, maxPlaintext, type BlobKind } from './blobLayout.ts';
export {
  isBlobFault,
  parseBlob,
  type BlobFault,
  type BlobField,
  type BlobFieldName,
  type ParsedBlob,
} from './parseBlob.ts';
export { aesCipher, openBlob, sealBlob, type SealRequest, type SymmetricCipher } from './sealBlob.ts';
export { credentialSecret, equalHex, sigV4Signer, sigV4SigningKey, type SigV4Signer } from './sigV4.ts';
