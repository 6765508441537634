import {
  credentialSecret,
  encryptionContextAad,
  hmacSha256,
  isBlobFault,
  materialAad,
  materialIdentifier,
  openBlob,
  aesCipher,
  type SymmetricCipher,
  parseBlob,
  sealBlob,
  sigV4Signer,
  sigV4SigningKey,
  toHex,
  unwrapMaterial,
  utf8,
  wrapMaterial,
  type ParsedBlob,
  type SigV4Signer,
} from './crypto/index.ts';
import { currentMaterialOf, materialById } from './materials.ts';
import {
  ref,
  type Bytes,
  type Env,
  type KeyArn,
  type KeyRec,
  type KeySpec,
  type MaterialRec,
  type Region,
  type SigV4,
  type Soon,
  type Work,
} from './model/index.ts';
import type { Overlay } from './overlay.ts';
import { keySpecs } from './keySpecs.ts';
import { backingId, externalKeyOf } from './keyStores.ts';

/*
 * The HSM. Plaintext key material lives in the functions of this file and in the cache below, nowhere else:
 * domain key → wrapped backing keys → a key derived for every call → AES-256-GCM with the encryption context as AAD
 * (specs.json "hierarchy", KMS Cryptographic Details).
 */

export interface Hsm {
  readonly view: Overlay;
  readonly env: Env;
  readonly region: Region;
  note(work: Work): void;
}

/**
 * The memory of the simulated HSM: what a wrapped form opens to. Pure memoization by the identity of the wrapped bytes,
 * so that a step is still a function of its view; nothing is ever written from here.
 */
const opened = new WeakMap<Bytes, Bytes>();

/** The Region's domain key, made and wrapped by the device key when the Region is first used. */
function domainKey(hsm: Hsm): Soon<Bytes> {
  const rec = hsm.view.get(ref.domainKey(hsm.region));
  return (rec && opened.get(rec.wrapped)) ?? openOrMakeDomainKey(hsm);
}

async function openOrMakeDomainKey({ view, env, region, note }: Hsm): Promise<Bytes> {
  const at = ref.domainKey(region);
  const rec = view.get(at);
  if (rec) {
    const plain = await env.device.unwrap(rec.wrapped);
    opened.set(rec.wrapped, plain);
    return plain;
  }
  const plain = env.random(32);
  const wrapped = await env.device.wrap(plain, env.random(12));
  opened.set(wrapped, plain);
  view.put(at, { region, wrapped });
  note({ kind: 'domainKeyMade', region });
  return plain;
}

const inRegionOf = (hsm: Hsm, key: KeyArn): Hsm => {
  const region = key.split(':')[3] as Region;
  return region === hsm.region ? hsm : { ...hsm, region, note: hsm.note };
};

/** Bytes of symmetric material: AES-256, and SM4 in the China Regions (specs.json keySpecs, import "algorithms"). */
export const symmetricLength = (key: KeyArn): 32 | 16 => (key.startsWith('arn:aws-cn:') ? 16 : 32);

/** What material of this length is for. SM4 is loaded when it is first used. */
function cipherOf(secret: Bytes): SymmetricCipher | Promise<SymmetricCipher> {
  if (secret.length === aesCipher.materialLength) return aesCipher;
  return import('./crypto/asymmetric/index.ts').then(({ sm4Cipher }) => sm4Cipher);
}

/** Fresh material for a key spec: random bytes of a cipher's or a MAC's size, or a private key as PKCS#8. */
async function freshMaterial(
  key: KeyArn,
  spec: KeySpec,
  env: Env,
): Promise<{ readonly secret: Bytes; readonly publicKey: Bytes | undefined }> {
  const facts = keySpecs[spec];
  if (facts.class === 'symmetric') return { secret: env.random(symmetricLength(key)), publicKey: undefined };
  if (facts.class === 'hmac')
    return { secret: env.random(Number(spec.slice('HMAC_'.length)) / 8), publicKey: undefined };
  const pair = await env.keyPair(spec);
  return { secret: pair.private, publicKey: pair.public };
}

/** Makes the next version of a key's material inside the HSM and stores it wrapped. */
export async function makeMaterial(
  hsm: Hsm,
  key: KeyArn,
  spec: KeySpec,
  version: number,
  rotated?: MaterialRec['rotated'],
): Promise<MaterialRec> {
  const { secret, publicKey } = await freshMaterial(key, spec, hsm.env);
  const materialId = materialIdentifier(hsm.env.random(32));
  const rec = await storeMaterial(hsm, key, secret, {
    materialId,
    version,
    publicKey,
    rotated,
    imported: undefined,
  });
  hsm.note({ kind: 'materialMade', materialId, version });
  return rec;
}

type MaterialFacts = Pick<MaterialRec, 'materialId' | 'version' | 'publicKey' | 'rotated' | 'imported'>;

/** Wraps a secret by the domain key of the key's Region and stores it. The HSM keeps `secret`: do not reuse the array. */
export async function storeMaterial(
  hsm: Hsm,
  key: KeyArn,
  secret: Bytes,
  facts: MaterialFacts,
): Promise<MaterialRec> {
  const there = inRegionOf(hsm, key);
  const domain = await domainKey(there);
  const wrapped = wrapMaterial(domain, secret, hsm.env.random(12), materialAad(key, facts.materialId));
  opened.set(wrapped, secret);
  const rec: MaterialRec = { ...facts, key, wrapped, created: hsm.env.at };
  hsm.view.put(ref.material(key, facts.version), rec);
  return rec;
}

/** Opens material inside the HSM. Only for the functions that use it here and in the rooms beside. */
export function secretOfMaterial(hsm: Hsm, rec: MaterialRec): Soon<Bytes> {
  if (!rec.wrapped) throw new Error(`material ${rec.materialId} is not here: deleted or expired`);
  return opened.get(rec.wrapped) ?? unwrapped(hsm, rec, rec.wrapped);
}

async function unwrapped(hsm: Hsm, rec: MaterialRec, wrapped: Bytes): Promise<Bytes> {
  const domain = await domainKey(inRegionOf(hsm, rec.key));
  const plain = unwrapMaterial(domain, wrapped, materialAad(rec.key, rec.materialId));
  if (!plain) throw new Error(`material ${rec.materialId} does not open under the domain key of its Region`);
  opened.set(wrapped, plain);
  return plain;
}

/** Copies a material to the same key in another Region, wrapped anew by the domain key there. */
export async function copyMaterial(hsm: Hsm, rec: MaterialRec, to: KeyArn): Promise<void> {
  if (!rec.wrapped) return;
  const secret = await secretOfMaterial(hsm, rec);
  const { materialId, version, publicKey, rotated, imported } = rec;
  await storeMaterial(hsm, to, secret.slice(), { materialId, version, publicKey, rotated, imported });
}

/** Opens the current material of a key and leaves a note. */
export function useMaterial(
  hsm: Hsm,
  key: { readonly arn: KeyArn; readonly currentMaterial: string | undefined },
): Soon<{ readonly rec: MaterialRec; readonly secret: Bytes }> {
  const rec = currentMaterialOf(key, hsm.view);
  if (!rec) throw new Error(`key ${key.arn} has no material ${key.currentMaterial ?? '(none)'}`);
  const use = (secret: Bytes) => {
    hsm.note({ kind: 'materialOpened', materialId: rec.materialId, version: rec.version, current: true });
    return { rec, secret };
  };
  const secret = secretOfMaterial(hsm, rec);
  return secret instanceof Promise ? secret.then(use) : use(secret);
}

export type Context = Readonly<Record<string, string>>;
type SealedKey = Pick<KeyRec, 'arn' | 'account' | 'region' | 'currentMaterial' | 'keyStore'>;

/**
 * The key outside KMS that encrypts once more, for keys in an external key store. Simulated here, because here is where
 * secrets are; the proxy and the key's state have been asked by then (keyStores.ts).
 */
async function outerKey(hsm: Hsm, { account, region, keyStore }: SealedKey): Promise<Bytes | undefined> {
  if (keyStore?.xksKeyId === undefined) return undefined;
  const { view, env } = hsm;
  const store = view.get(ref.keyStore(account, region, keyStore.id));
  if (!store) throw new Error(`key store ${keyStore.id} is not in the world`);
  const rec = externalKeyOf(backingId(store), keyStore.xksKeyId, view);
  const purpose = `external key ${rec.proxy} ${rec.id}`;
  if (rec.secret) {
    const known = opened.get(rec.secret) ?? (await openForSelf(hsm, rec.secret, purpose));
    if (!known) throw new Error(`${purpose} does not open`);
    opened.set(rec.secret, known);
    return known;
  }
  const fresh = env.random(32);
  const secret = await sealForSelf(hsm, fresh, purpose);
  opened.set(secret, fresh);
  view.put(ref.externalKey(rec.proxy, rec.id), { ...rec, secret });
  return fresh;
}

/** Encrypts under the key's current material. @returns the ciphertext blob (at most 6,144 bytes). */
export async function seal(
  hsm: Hsm,
  key: SealedKey,
  plaintext: Bytes,
  context: Context | undefined,
  kind: 'Encrypt' | 'GenerateDataKey',
): Promise<Bytes> {
  const used = useMaterial(hsm, key);
  const { rec, secret } = used instanceof Promise ? await used : used;
  const nonce = hsm.env.random(16);
  const iv = hsm.env.random(12);
  const aad = encryptionContextAad(context ?? {});
  hsm.note({ kind: 'keyDerived', nonce: toHex(nonce) });
  const outer = key.keyStore ? await outerKey(hsm, key) : undefined;
  const { materialId } = rec;
  const found = cipherOf(secret);
  const cipher = found instanceof Promise ? await found : found;
  const blob = sealBlob({ material: secret, materialId, nonce, iv, plaintext, aad, kind, outer, cipher });
  hsm.note({
    kind: 'sealed',
    plaintextLength: plaintext.length,
    aadLength: aad.length,
    blobLength: blob.length,
  });
  return blob;
}

/** Reads a blob without opening it. Undefined when it has not the layout of a KMS blob. */
export function readBlob(hsm: Pick<Hsm, 'note'>, bytes: Bytes): ParsedBlob | undefined {
  const parsed = parseBlob(bytes);
  const ok = !isBlobFault(parsed);
  const blobLength = bytes.length;
  hsm.note(
    ok
      ? { kind: 'blobRead', blobLength, ok, materialId: parsed.materialId }
      : { kind: 'blobRead', blobLength, ok },
  );
  return ok ? parsed : undefined;
}

/** Decrypts a blob under the material that it names. Undefined when a check fails: which one stands in the trace only. */
export async function open(
  hsm: Hsm,
  key: SealedKey,
  bytes: Bytes,
  context: Context | undefined,
): Promise<{ readonly plaintext: Bytes; readonly materialId: string } | undefined> {
  const failed = (check: 'layout' | 'tag' | 'material') => {
    hsm.note({ kind: 'openFailed', check });
    return undefined;
  };
  const parsed = parseBlob(bytes);
  if (isBlobFault(parsed)) return failed('layout');
  const rec = materialById(parsed.materialId, hsm.region, hsm.view);
  if (rec?.key !== key.arn || !rec.wrapped) return failed('material');
  const secret = secretOfMaterial(hsm, rec);
  const material = secret instanceof Promise ? await secret : secret;
  const current = rec.materialId === key.currentMaterial;
  hsm.note({ kind: 'materialOpened', materialId: rec.materialId, version: rec.version, current });
  hsm.note({ kind: 'keyDerived', nonce: toHex(parsed.nonce) });
  const aad = encryptionContextAad(context ?? {});
  const found = cipherOf(material);
  const cipher = found instanceof Promise ? await found : found;
  const outer = key.keyStore ? await outerKey(hsm, key) : undefined;
  const plaintext = openBlob({ blob: parsed, material, aad, outer, cipher });
  if (!plaintext) return failed('tag');
  hsm.note({
    kind: 'opened',
    blobLength: bytes.length,
    aadLength: aad.length,
    plaintextLength: plaintext.length,
  });
  return { plaintext, materialId: rec.materialId };
}

/** OURS: simulated secrets of access keys hang on the domain key of the Region where IAM has its home. */
const iamHome = 'us-east-1' as Region;

/** The secret of a simulated access key: derived, never stored. */
export async function secretOf(hsm: Omit<Hsm, 'region'>, accessKeyId: string): Promise<string> {
  return credentialSecret(await domainKey({ ...hsm, region: iamHome }), accessKeyId);
}

/** Signers of one domain key by their scope: the four steps of the key's derivation are the same for a whole day. */
const signers = new WeakMap<Bytes, Map<string, SigV4Signer>>();
const mostSigners = 256;

/** Signs as the holder of an access key must have signed. Memoized like everything of this memory. */
export function signerOf(
  { view, env, note }: Omit<Hsm, 'region'>,
  scope: Pick<SigV4, 'accessKeyId' | 'date' | 'region' | 'service'>,
): Soon<SigV4Signer> {
  const domain = domainKey({ view, env, note, region: iamHome });
  return domain instanceof Promise
    ? domain.then((known) => signerUnder(known, scope))
    : signerUnder(domain, scope);
}

function signerUnder(
  domain: Bytes,
  { accessKeyId, date, region, service }: Pick<SigV4, 'accessKeyId' | 'date' | 'region' | 'service'>,
): SigV4Signer {
  const known = signers.get(domain) ?? new Map<string, SigV4Signer>();
  signers.set(domain, known);
  const scope = `${accessKeyId}/${date}/${region}/${service}`;
  const found = known.get(scope);
  if (found) return found;
  // Scopes come from outside: nobody shall fill the memory with them.
  if (known.size >= mostSigners) known.clear();
  const signer = sigV4Signer(sigV4SigningKey(credentialSecret(domain, accessKeyId), date, region, service));
  known.set(scope, signer);
  return signer;
}

/** A tag over a text that only this Region's HSM can make: what makes grant tokens and import tokens genuine. */
export async function tokenTag(hsm: Hsm, purpose: string, text: string): Promise<Bytes> {
  return hmacSha256(await domainKey(hsm), utf8(`${purpose}\n${text}`));
}

/** A key that a service has for itself in this Region, and that no customer sees: an AWS owned key. Never stored. */
export const serviceOwnKey = (hsm: Hsm, service: string): Promise<Bytes> =>
  tokenTag(hsm, 'AWS owned key', service);

/** Seals what leaves the HSM only for itself (a wrapping key's private half, a key store's password). */
export async function sealForSelf(hsm: Hsm, plain: Bytes, purpose: string): Promise<Bytes> {
  return wrapMaterial(await domainKey(hsm), plain, hsm.env.random(12), utf8(purpose));
}

/** Undefined when it was not sealed here, or for another purpose. */
export async function openForSelf(hsm: Hsm, sealed: Bytes, purpose: string): Promise<Bytes | undefined> {
  if (sealed.length < 12 + 16) return undefined;
  return unwrapMaterial(await domainKey(hsm), sealed, utf8(purpose));
}
