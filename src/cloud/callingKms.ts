import {
  aliasArn,
  awsManagedKey,
  grantToken,
  keyArn,
  parseKeyName,
  ref,
  type AccountId,
  type AliasArn,
  type Bytes,
  type InnerCaller,
  type KeyArn,
  type KeyRec,
  type Refusal,
  type Region,
  type Step,
} from '../engine/index.ts';

/*
 * How a service calls KMS: as somebody, through the step driver, and with a no of KMS in the service's own words. No rule
 * of KMS is here; every one of these is a whole call, with its trace, its event and its quota.
 */

export type Context = Readonly<Record<string, string>>;

export interface DataKey {
  readonly plain: Bytes;
  readonly wrapped: Bytes;
  readonly keyArn: KeyArn;
}

export interface GrantWish {
  readonly KeyId: string;
  readonly GranteePrincipal: string;
  readonly RetiringPrincipal?: string;
  readonly Operations: readonly string[];
  readonly Constraints?: { readonly EncryptionContextSubset: Context };
}

/** KMS, as one caller of a service meets it. Everything answers a refusal of the service, never one of KMS. */
export interface Kms {
  dataKey(KeyId: string, context: Context, numberOfBytes?: number): Promise<DataKey | Refusal>;
  wrappedDataKey(
    KeyId: string,
    context: Context,
    numberOfBytes: number,
  ): Promise<Omit<DataKey, 'plain'> | Refusal>;
  decrypt(wrapped: Bytes, context: Context, KeyId?: string): Promise<Bytes | Refusal>;
  encrypt(
    KeyId: string,
    plain: Bytes,
    context: Context,
  ): Promise<{ readonly wrapped: Bytes; readonly keyArn: KeyArn } | Refusal>;
  reEncrypt(
    from: { readonly wrapped: Bytes; readonly context: Context },
    to: { readonly KeyId: string; readonly context: Context },
  ): Promise<{ readonly wrapped: Bytes; readonly keyArn: KeyArn } | Refusal>;
  describe(KeyId: string): Promise<KeyRec | Refusal>;
  /** The service keeps the token, and gives it along until the grant is visible everywhere. */
  createGrant(wish: GrantWish): Promise<{ readonly GrantId: string; readonly GrantToken: string } | Refusal>;
  retireGrant(keyArn: string, GrantId: string): Promise<Refusal | undefined>;
}

export interface KmsOptions {
  /** The service's own refusal for a no of KMS. */
  readonly worded: (refusal: Refusal) => Refusal;
  /** Where the key is; the Region of the call when absent. */
  readonly region?: Region | undefined;
  /** Whose aliases and key IDs are meant, where a name has no account in it; the caller's when absent. */
  readonly owner?: AccountId | undefined;
  readonly grantTokens?: readonly string[] | undefined;
  /** By which the service calls: it has kept the token, and gives it along until the grant is visible everywhere. */
  readonly grant?: { readonly keyArn: KeyArn | undefined; readonly grantId: string | undefined } | undefined;
}

export function kmsAs(step: Step, as: InnerCaller, options: KmsOptions): Kms {
  const { worded, region, owner, grantTokens } = options;
  const caller = as.kind === 'identity' ? as.identity.account : step.identity.account;
  const account = owner ?? caller;
  const there = region ?? step.region;
  /** services.json awsManagedKeys "created": when the service needs it. */
  const firstUse = async (named: unknown): Promise<void> => {
    if (typeof named !== 'string' || !named.startsWith('alias/aws/')) return;
    const identity = { ...step.identity, account };
    await awsManagedKey(named, { ...step, identity, view: step.kept, region: there });
  };
  /** KMS looks for a name in its caller's account: what is another's is named by its ARN. */
  const spelled = (named: string): string => {
    if (account === caller) return named;
    const name = parseKeyName(named);
    if (name.form === 'alias') return aliasArn(there, account, name.alias);
    return name.form === 'id' ? keyArn(there, account, name.key) : named;
  };
  const targetOf = (named: string): string => {
    const name = parseKeyName(named);
    if (name.form !== 'alias' && name.form !== 'aliasArn') return named;
    const arn = name.form === 'alias' ? aliasArn(there, account, name.alias) : (named as AliasArn);
    return step.view.get(ref.alias(arn))?.target ?? named;
  };
  const kept = async (): Promise<readonly string[] | undefined> => {
    const { keyArn: key, grantId } = options.grant ?? {};
    const grant = key && grantId !== undefined ? step.view.get(ref.grant(key, grantId)) : undefined;
    return grant && grant.visible > step.env.at
      ? [await grantToken(grant, { ...step, region: there })]
      : undefined;
  };
  /** Outputs are KMS's answers: what an operation returns is of the type that its caller names. */
  const ask = async <T>(
    operation: string,
    input: Readonly<Record<string, unknown>>,
  ): Promise<T | Refusal> => {
    const member = 'KeyId' in input ? 'KeyId' : 'DestinationKeyId';
    const named = input[member];
    await firstUse(named);
    const GrantTokens = operation === 'RetireGrant' ? undefined : (grantTokens ?? (await kept()));
    const full = {
      ...input,
      ...(typeof named === 'string' ? { [member]: spelled(named) } : {}),
      ...(GrantTokens ? { GrantTokens } : {}),
    };
    const result = await step.call({ operation, input: full, region, as });
    return result.ok ? (result.output as T) : worded(result.refusal);
  };
  return {
    async dataKey(KeyId, EncryptionContext, numberOfBytes = 32) {
      const size = numberOfBytes === 32 ? { KeySpec: 'AES_256' } : { NumberOfBytes: numberOfBytes };
      const made = await ask<{ CiphertextBlob: Bytes; Plaintext: Bytes; KeyId: KeyArn }>('GenerateDataKey', {
        KeyId,
        ...size,
        EncryptionContext,
      });
      if ('refused' in made) return made;
      return { plain: made.Plaintext, wrapped: made.CiphertextBlob, keyArn: made.KeyId };
    },
    async wrappedDataKey(KeyId, EncryptionContext, NumberOfBytes) {
      const made = await ask<{ CiphertextBlob: Bytes; KeyId: KeyArn }>('GenerateDataKeyWithoutPlaintext', {
        KeyId,
        NumberOfBytes,
        EncryptionContext,
      });
      return 'refused' in made ? made : { wrapped: made.CiphertextBlob, keyArn: made.KeyId };
    },
    async decrypt(CiphertextBlob, EncryptionContext, KeyId) {
      const key = KeyId === undefined ? {} : { KeyId };
      const opened = await ask<{ Plaintext: Bytes }>('Decrypt', {
        CiphertextBlob,
        EncryptionContext,
        ...key,
      });
      return 'refused' in opened ? opened : opened.Plaintext;
    },
    async encrypt(KeyId, Plaintext, EncryptionContext) {
      const sealed = await ask<{ CiphertextBlob: Bytes; KeyId: KeyArn }>('Encrypt', {
        KeyId,
        Plaintext,
        EncryptionContext,
      });
      return 'refused' in sealed ? sealed : { wrapped: sealed.CiphertextBlob, keyArn: sealed.KeyId };
    },
    async reEncrypt({ wrapped, context }, to) {
      const moved = await ask<{ CiphertextBlob: Bytes; KeyId: KeyArn }>('ReEncrypt', {
        CiphertextBlob: wrapped,
        SourceEncryptionContext: context,
        DestinationKeyId: to.KeyId,
        DestinationEncryptionContext: to.context,
      });
      return 'refused' in moved ? moved : { wrapped: moved.CiphertextBlob, keyArn: moved.KeyId };
    },
    async describe(KeyId) {
      const described = await ask<{ KeyMetadata: { Arn: KeyArn } }>('DescribeKey', { KeyId });
      if ('refused' in described) return described;
      const rec = step.view.get(ref.key(described.KeyMetadata.Arn));
      if (!rec) throw new Error(`KMS has described ${described.KeyMetadata.Arn}, which is not in the world`);
      return rec;
    },
    async createGrant(wish) {
      await firstUse(wish.KeyId);
      // KMS takes no alias here; a service has looked up before what its caller's alias means. OURS: without a call.
      return ask('CreateGrant', { ...wish, KeyId: targetOf(wish.KeyId) });
    },
    async retireGrant(KeyId, GrantId) {
      const retired = await ask<object>('RetireGrant', { KeyId, GrantId });
      return 'refused' in retired ? retired : undefined;
    },
  };
}
