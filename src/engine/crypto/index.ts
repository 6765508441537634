/** The engine room: all cryptography of the simulated HSM, synchronous and in plain TypeScript. */
export { seededBytes, uuidFrom, type Random } from './chance.ts';
export { concat, equalBytes, fromBase64, fromHex, fromUtf8, toBase64, toHex, utf8 } from './codec.ts';
export { encryptionContextAad } from './encryptionContext.ts';
export { openGcm, sealGcm } from './gcm.ts';
export { hmacSha256, hmacSha256Under, kdfCounterHmacSha256 } from './kdf.ts';
export {
  isSimulatedMaterialId,
  materialAad,
  materialIdentifier,
  simulatedPrefix,
  unwrapMaterial,
  wrapMaterial,
} from './material.ts';
export { maxPlaintext, type BlobKind } from './blobLayout.ts';
export {
  blobFieldNames,
  isBlobFault,
  parseBlob,
  type BlobFault,
  type BlobField,
  type BlobFieldName,
  type ParsedBlob,
} from './parseBlob.ts';
export { openBlob, sealBlob, type SealRequest } from './sealBlob.ts';
export {
  credentialSecret,
  equalHex,
  sigV4Signature,
  sigV4Signer,
  sigV4SigningKey,
  type SigV4Signer,
} from './sigV4.ts';
