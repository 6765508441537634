/** All operations of the API, in groups by what one wants to do, each with one line of ours. */
export const operationGroups: readonly {
  readonly title: string;
  readonly operations: Readonly<Record<string, string>>;
}[] = [
  {
    title: 'Encrypt and decrypt',
    operations: {
      Encrypt: 'Encrypts up to 4,096 bytes. For more, ask for a data key and encrypt yourself.',
      Decrypt:
        'Opens what Encrypt, ReEncrypt or a data key call made. A symmetric blob names its key itself.',
      ReEncrypt: 'Decrypts with one key and encrypts with another, inside KMS: nobody sees the plaintext.',
    },
  },
  {
    title: 'Data keys',
    operations: {
      GenerateDataKey: 'A fresh data key twice: plain, to use now, and wrapped, to keep.',
      GenerateDataKeyWithoutPlaintext: 'Only the wrapped copy, for a system that stores and must not read.',
      GenerateDataKeyPair: 'A key pair: public, private in plain, and private wrapped.',
      GenerateDataKeyPairWithoutPlaintext: 'A key pair whose private half comes wrapped only.',
      GenerateRandom: 'Random bytes from the HSM. No key is involved.',
    },
  },
  {
    title: 'Sign, MAC, agree',
    operations: {
      Sign: 'Signs a message of up to 4,096 bytes, or the digest of a longer one.',
      Verify: 'Checks a signature in KMS. The public key does the same outside.',
      GenerateMac: 'Makes a MAC with an HMAC key.',
      VerifyMac: 'Checks a MAC; only KMS can, the key never leaves it.',
      GetPublicKey: 'The public half of an asymmetric key, to use outside KMS.',
      DeriveSharedSecret: 'ECDH: your private key here and the other party’s public key give one secret.',
      Encapsulate: 'Makes a secret and its encapsulated form for the holder of an ML-KEM key.',
      Decapsulate: 'Opens an encapsulated secret with an ML-KEM key.',
    },
  },
  {
    title: 'Keys',
    operations: {
      CreateKey: 'Makes a KMS key. Spec, usage, origin and multi-Region are decided now and for ever.',
      DescribeKey: 'All that KMS tells about a key, but not its policy, tags or rotation.',
      ListKeys: 'The IDs of all keys of this account and Region, page by page.',
      UpdateKeyDescription: 'Changes the description, nothing else.',
      EnableKey: 'A disabled key works again.',
      DisableKey: 'The key stops working at once and can be enabled at any time.',
      ScheduleKeyDeletion: 'The key stops now and is gone after 7 to 30 days, with all that it encrypted.',
      CancelKeyDeletion: 'Takes the deletion back. The key is then Disabled: enable it yourself.',
      GetKeyLastUsage: 'When and by which operation the key was last used.',
    },
  },
  {
    title: 'Names and tags',
    operations: {
      CreateAlias: 'A name for a key; unique in the account and Region.',
      UpdateAlias: 'Points a name at another key of the same kind: manual rotation.',
      DeleteAlias: 'Takes a name away. The key stays.',
      ListAliases: 'All names, or those of one key.',
      TagResource: 'Adds or overwrites tags. Tags can decide about access.',
      UntagResource: 'Takes tags away.',
      ListResourceTags: 'The tags of a key.',
    },
  },
  {
    title: 'Policy',
    operations: {
      GetKeyPolicy: 'The key policy as text.',
      PutKeyPolicy: 'Replaces the whole key policy. KMS checks that you could still change it.',
      ListKeyPolicies: 'The names of a key’s policies: always one, “default”.',
    },
  },
  {
    title: 'Grants',
    operations: {
      CreateGrant: 'Lets a principal do certain operations on one key. The token makes it count at once.',
      ListGrants: 'The grants on a key.',
      ListRetirableGrants: 'The grants that a principal may retire, over all keys.',
      RetireGrant: 'Gives a grant up: for the retiring principal, or the grantee if it may.',
      RevokeGrant: 'Takes a grant away: for the key’s administrators.',
    },
  },
  {
    title: 'Rotation',
    operations: {
      EnableKeyRotation: 'New material every 90 to 2,560 days; old material stays for decryption.',
      DisableKeyRotation: 'No further automatic rotation.',
      RotateKeyOnDemand: 'New material now, up to 25 times; the schedule does not change.',
      GetKeyRotationStatus: 'Whether, how often and when next.',
      ListKeyRotations: 'The rotations that were, or all materials.',
    },
  },
  {
    title: 'Imported material',
    operations: {
      GetParametersForImport: 'A public key to wrap your material with, and a token; both last 24 hours.',
      ImportKeyMaterial: 'Brings wrapped material into a key of origin EXTERNAL.',
      DeleteImportedKeyMaterial: 'The material is gone at once. The key waits for the same material again.',
    },
  },
  {
    title: 'Multi-Region',
    operations: {
      ReplicateKey: 'Makes a key with the same ID and material in another Region.',
      UpdatePrimaryRegion: 'Makes a replica the primary, and the primary a replica.',
    },
  },
  {
    title: 'Key stores',
    operations: {
      CreateCustomKeyStore: 'Ties KMS to your CloudHSM cluster or to your external key manager’s proxy.',
      ConnectCustomKeyStore: 'Connects the store; keys in it can be made and used from then on.',
      DescribeCustomKeyStores: 'The stores of this account and Region, with their connection state.',
      UpdateCustomKeyStore: 'Changes name, password, cluster or proxy.',
      DisconnectCustomKeyStore: 'Keys in the store become Unavailable, until it is connected again.',
      DeleteCustomKeyStore: 'Only when disconnected and without keys.',
    },
  },
];

export const operationHelp: Readonly<Record<string, string>> = Object.assign(
  {},
  ...operationGroups.map(({ operations }) => operations),
) as Readonly<Record<string, string>>; // Object.assign of unknown many is typed any
