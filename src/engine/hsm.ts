import {
  encryptionContextAad,
  isBlobFault,
  materialAad,
  materialIdentifier,
  openBlob,
  parseBlob,
  sealBlob,
  unwrapMaterial,
  wrapMaterial,
  credentialSecret,
  type ParsedBlob,
  toHex,
} from './crypto/index.ts';
import {
  indexKey,
  ref,
  under,
  type Bytes,
  type Env,
  type KeyArn,
  type MaterialRec,
  type Region,
  type Work,
} from './model/index.ts';
import type { Overlay } from './overlay.ts';

/*
 * The HSM. Plaintext key material lives in the functions of this file and in the two caches below, nowhere else:
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
async function domainKey({ view, env, region, note }: Hsm): Promise<Bytes> {
  const at = ref.domainKey(region);
  const rec = view.get(at);
  if (rec) {
    const known = opened.get(rec.wrapped);
    if (known) return known;
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

/** Makes the next version of a key's material inside the HSM and stores it wrapped. */
export async function makeMaterial(hsm: Hsm, key: KeyArn, version: number): Promise<MaterialRec> {
  const domain = await domainKey(hsm);
  const materialId = materialIdentifier(hsm.env.random(32));
  const plain = hsm.env.random(32);
  const wrapped = wrapMaterial(domain, plain, hsm.env.random(12), materialAad(key, materialId));
  opened.set(wrapped, plain);
  const rec: MaterialRec = { materialId, key, version, wrapped, created: hsm.env.at };
  hsm.view.put(ref.material(key, version), rec);
  hsm.note({ kind: 'materialMade', materialId, version });
  return rec;
}

async function materialKey(hsm: Hsm, rec: MaterialRec): Promise<Bytes> {
  const known = opened.get(rec.wrapped);
  if (known) return known;
  const domain = await domainKey(hsm);
  const plain = unwrapMaterial(domain, rec.wrapped, materialAad(rec.key, rec.materialId));
  if (!plain) throw new Error(`material ${rec.materialId} does not open under the domain key of ${hsm.region}`);
  opened.set(rec.wrapped, plain);
  return plain;
}

/** The material that encrypts now: the newest version. */
function currentMaterial(hsm: Hsm, key: KeyArn, materialId: string): MaterialRec {
  const rec = materialById(hsm, materialId);
  if (rec?.key !== key) throw new Error(`key ${key} has no material ${materialId}`);
  return rec;
}

/** The material that a blob names, wherever in this world its key is. */
export function materialById(hsm: Pick<Hsm, 'view'>, materialId: string): MaterialRec | undefined {
  const [row] = hsm.view.range('materialById', { prefix: indexKey.materialById(materialId), n: 1 });
  return row?.rec as MaterialRec | undefined;
}

export const materialCount = (hsm: Pick<Hsm, 'view'>, key: KeyArn): number =>
  hsm.view.range('ref', { prefix: under.materials(key), n: 1000 }).length;

export type Context = Readonly<Record<string, string>>;

/** Encrypts under the key's current material. @returns the ciphertext blob (at most 6,144 bytes). */
export async function seal(
  hsm: Hsm,
  key: { readonly arn: KeyArn; readonly currentMaterial: string },
  plaintext: Bytes,
  context: Context | undefined,
  kind: 'Encrypt' | 'GenerateDataKey',
): Promise<Bytes> {
  const rec = currentMaterial(hsm, key.arn, key.currentMaterial);
  const material = await materialKey(hsm, rec);
  hsm.note({ kind: 'materialOpened', materialId: rec.materialId, version: rec.version, current: true });
  const nonce = hsm.env.random(16);
  const iv = hsm.env.random(12);
  const aad = encryptionContextAad(context ?? {});
  hsm.note({ kind: 'keyDerived', nonce: toHex(nonce) });
  const blob = sealBlob({ material, materialId: rec.materialId, nonce, iv, plaintext, aad, kind });
  hsm.note({ kind: 'sealed', plaintextLength: plaintext.length, aadLength: aad.length, blobLength: blob.length });
  return blob;
}

/** Reads a blob without opening it. Undefined when it has not the layout of a KMS blob. */
export function readBlob(hsm: Pick<Hsm, 'note'>, bytes: Bytes): ParsedBlob | undefined {
  const parsed = parseBlob(bytes);
  const ok = !(isBlobFault(parsed));
  hsm.note({ kind: 'blobRead', blobLength: bytes.length, ok, ...(ok ? { materialId: parsed.materialId } : {}) });
  return ok ? parsed : undefined;
}

/** Decrypts a blob under the material that it names. Undefined when a check fails: which one stands in the trace only. */
export async function open(
  hsm: Hsm,
  key: { readonly arn: KeyArn; readonly currentMaterial: string },
  bytes: Bytes,
  context: Context | undefined,
): Promise<Bytes | undefined> {
  const parsed = parseBlob(bytes);
  if (isBlobFault(parsed)) {
    hsm.note({ kind: 'openFailed', check: 'layout' });
    return undefined;
  }
  const rec = materialById(hsm, parsed.materialId);
  if (rec?.key !== key.arn) {
    hsm.note({ kind: 'openFailed', check: 'material' });
    return undefined;
  }
  const material = await materialKey(hsm, rec);
  const current = rec.materialId === key.currentMaterial;
  hsm.note({ kind: 'materialOpened', materialId: rec.materialId, version: rec.version, current });
  hsm.note({ kind: 'keyDerived', nonce: toHex(parsed.nonce) });
  const aad = encryptionContextAad(context ?? {});
  const plaintext = openBlob({ blob: parsed, material, aad });
  if (!plaintext) {
    hsm.note({ kind: 'openFailed', check: 'tag' });
    return undefined;
  }
  hsm.note({ kind: 'opened', blobLength: bytes.length, aadLength: aad.length, plaintextLength: plaintext.length });
  return plaintext;
}

/** OURS: simulated secrets of access keys hang on the domain key of the Region where IAM has its home. */
export const iamHome = 'us-east-1' as Region;

/** The secret of a simulated access key: derived, never stored. */
export async function secretOf(hsm: Omit<Hsm, 'region'>, accessKeyId: string): Promise<string> {
  return credentialSecret(await domainKey({ ...hsm, region: iamHome }), accessKeyId);
}

/** Which material a blob that was opened names. */
export function materialIdOf(bytes: Bytes): string {
  const parsed = parseBlob(bytes);
  if (isBlobFault(parsed)) throw new Error('"materialIdOf" expected a blob that was opened before');
  return parsed.materialId;
}
