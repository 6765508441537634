import {
  buildClient,
  CommitmentPolicy,
  getLocalCryptographicMaterialsCache,
  KMS,
  KmsKeyringBrowser,
  WebCryptoCachingMaterialsManager,
} from '@aws-crypto/client-browser';
import type { CacheLimits } from '../../../cloud/caching/index.ts';
import { toBase64, type Bytes, type KeyArn, type PrincipalArn } from '../../../engine/index.ts';
import type { WorldApi } from '../../api.ts';
import { createRequestHandler } from '../../sdk/index.ts';
import type { Program, Sealed } from '../setting.ts';
import { inVirtualTime } from './virtualAge.ts';

/*
 * The AWS Encryption SDK for JavaScript itself, in a page without network: its KMS keyring has the AWS SDK's KMS client,
 * and that one our request handler. Loaded when somebody runs it.
 */

const { encrypt, decrypt } = buildClient(CommitmentPolicy.REQUIRE_ENCRYPT_REQUIRE_DECRYPT);

type KeyringInput = NonNullable<ConstructorParameters<typeof KmsKeyringBrowser>[0]>;
type KeyringClient = Exclude<ReturnType<NonNullable<KeyringInput['clientProvider']>>, false>;

/** Its cache looks after old entries now and then, by a timer that nothing stops: so seldom that it does not matter. */
const seldom = 2 ** 31 - 1;

/** OURS: ages are whole virtual seconds; half of one more, so that the time between two looks at the wall clock is none. */
const halfSecond = 500;

export function sdkProgram(
  world: WorldApi,
  principal: PrincipalArn,
  key: KeyArn,
  limits: CacheLimits | undefined,
  now: () => number,
): Program {
  // Who calls is known: a page's world has no secret to check the signature against.
  const requestHandler = createRequestHandler(
    () => ({
      handle: ({ operation, input, region }) =>
        world.call({ operation, input: input as Readonly<Record<string, unknown>>, principal, region }), // decoded by the shape
    }),
    { principal },
  );
  const credentials = { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'nobody-looks-at-it' };
  const clients = new Map<string, KMS>();
  const keyring = new KmsKeyringBrowser({
    generatorKeyId: key,
    clientProvider(region) {
      const client = clients.get(region) ?? new KMS({ region, requestHandler, credentials, maxAttempts: 1 });
      clients.set(region, client);
      return client as unknown as KeyringClient; // the same methods; the SDK's types leave out `| undefined`
    },
  });
  const materials =
    limits === undefined
      ? keyring
      : new WebCryptoCachingMaterialsManager({
          backingMaterials: keyring,
          cache: inVirtualTime(getLocalCryptographicMaterialsCache(limits.capacity ?? Infinity, seldom), now),
          maxAge: limits.maxAgeSeconds * 1000 + halfSecond,
          ...(limits.maxMessages === undefined ? {} : { maxMessagesEncrypted: limits.maxMessages }),
          ...(limits.maxBytes === undefined ? {} : { maxBytesEncrypted: limits.maxBytes }),
        });
  return {
    async encrypt({ context, body }) {
      const { result, messageHeader } = await encrypt(materials, body, { encryptionContext: { ...context } });
      const [wrapped] = messageHeader.encryptedDataKeys;
      if (!wrapped) throw new Error('the SDK has written a message without a data key');
      return {
        bytes: new Uint8Array(result),
        context,
        wrappedKey: toBase64(new Uint8Array(wrapped.encryptedDataKey)),
      };
    },
    decrypt: async ({ bytes }) => new Uint8Array((await decrypt(materials, bytes)).plaintext),
    withContext: (sealed, context) => ({ ...sealed, context, bytes: replaced(sealed, context) }),
    close() {
      for (const client of clients.values()) client.destroy();
    },
  };
}

/** A message's header has its context in plain sight: each name and each value with its length before it. */
function replaced({ bytes, context: before }: Sealed, context: Readonly<Record<string, string>>): Bytes {
  const changed = new Uint8Array(bytes);
  for (const [name, value] of Object.entries(context)) {
    const at = indexOf(changed, pair(name, before[name] ?? ''));
    if (at < 0) throw new Error(`no "${name}" in the header`);
    changed.set(pair(name, value), at);
  }
  return changed;
}
const pair = (name: string, value: string): Bytes =>
  new TextEncoder().encode(`${name}\0${String.fromCharCode(value.length)}${value}`);
const indexOf = (bytes: Bytes, part: Bytes): number =>
  bytes.findIndex((_, at) => part.every((byte, i) => bytes[at + i] === byte));
