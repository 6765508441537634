/**
 * All primitives of the key specs beside SYMMETRIC_DEFAULT, in plain TypeScript. A door of its own, so that a page that
 * needs none of it does not load it: the engine asks for it with `import()`.
 */
export {
  asymmetricSpecs,
  isKeyFault,
  type AsymmetricSpec,
  type EncryptionAlgorithm,
  type KeyFault,
  type KeyPair,
  type PrivateKey,
  type PublicKey,
  type SigningAlgorithm,
} from './specs.ts';
export {
  generateKeyPair,
  importKeyPair,
  openPrivateKey,
  pkcs8Of,
  publicKeyOf,
  publicOf,
  readPrivateKey,
  readPublicKey,
} from './keys.ts';
export { sign, verify, type SignRequest, type VerifyRequest } from './sign.ts';
export { decrypt, encrypt, maxPlaintextOf, type DecryptRequest, type EncryptRequest } from './encrypt.ts';
export { deriveSharedSecret } from './agree.ts';
export { decapsulate, encapsulate, type Encapsulation } from './lattice.ts';
export { macOf, verifyMac, type MacAlgorithm } from './mac.ts';
export {
  unwrapAesKwp,
  unwrapForImport,
  wrapAesKwp,
  wrapForImport,
  type UnwrapRequest,
  type WrappingAlgorithm,
  type WrapRequest,
} from './wrap.ts';
export { sm3 } from './sm3.ts';
export { openSm4Gcm, sealSm4Gcm } from './sm4.ts';
export { hmacSm3, sm4Cipher } from './sm4Cipher.ts';
