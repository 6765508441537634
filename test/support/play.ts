import fc from 'fast-check';
import type { Bytes } from '../../src/engine/index.ts';
import type { WorldApi } from '../../src/client/api.ts';
import { account, admin, alice, ask, region } from '../../src/client/world.fixture.ts';

/* Random things to do to a world, for the tests of its laws. Keys and blobs are named by number. */

const whats = [
  'CreateKey',
  'Encrypt',
  'Decrypt',
  'GenerateDataKey',
  'CreateAlias',
  'DeleteAlias',
  'DisableKey',
  'EnableKey',
  'ScheduleKeyDeletion',
  'CancelKeyDeletion',
  'TagResource',
  'CreateGrant',
  'PutKeyPolicy',
  'ListKeys',
  'advance',
  'setSwitches',
  'setClock',
] as const;

export interface Deed {
  readonly what: (typeof whats)[number];
  readonly n: number;
  readonly key: number;
}
export const deed: fc.Arbitrary<Deed> = fc.record({
  what: fc.constantFrom(...whats),
  n: fc.nat(40),
  key: fc.nat(3),
});

export const planted = 'The planted plaintext, 4d2b'.padEnd(40, '.');

export class Player {
  readonly keys: string[] = [];
  readonly blobs: Bytes[] = [];
  readonly secrets: Bytes[] = [new TextEncoder().encode(planted)];

  async play(world: WorldApi, { what, n, key }: Deed, group?: string): Promise<void> {
    if (what === 'advance') return void (await world.advance({ hours: n * 12 }));
    if (what === 'setSwitches') return world.setSwitches({ propagation: n % 2 === 0 });
    if (what === 'setClock') return world.setClock('frozen');
    const KeyId = this.keys[key % Math.max(1, this.keys.length)] ?? 'alias/none';
    const AliasName = `alias/a${n % 3}`;
    const inputs: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
      CreateKey: { Description: `key ${n}`, Tags: [{ TagKey: '__proto__', TagValue: `${n}` }] },
      Encrypt: { KeyId, Plaintext: new TextEncoder().encode(planted), EncryptionContext: { $bytes: `${n}` } },
      Decrypt: {
        CiphertextBlob: this.blobs[key % Math.max(1, this.blobs.length)] ?? new Uint8Array(40),
        EncryptionContext: { $bytes: `${n}` },
      },
      GenerateDataKey: { KeyId, KeySpec: 'AES_256' },
      CreateAlias: { AliasName, TargetKeyId: KeyId },
      DeleteAlias: { AliasName },
      ScheduleKeyDeletion: { KeyId, PendingWindowInDays: 7 },
      TagResource: { KeyId, Tags: [{ TagKey: `t${n % 3}`, TagValue: `${n}` }] },
      CreateGrant: { KeyId, GranteePrincipal: alice, Operations: ['Decrypt'] },
      PutKeyPolicy: {
        KeyId,
        Policy: JSON.stringify({
          Version: '2012-10-17',
          Statement: [
            {
              Effect: 'Allow',
              Principal: { AWS: `arn:aws:iam::${account}:root` },
              Action: 'kms:*',
              Resource: '*',
            },
          ],
        }),
      },
      ListKeys: {},
    };
    const input = inputs[what] ?? { KeyId };
    const { result } =
      group === undefined
        ? await ask(world, what, input)
        : await world.call({ operation: what, input, principal: admin, region, group });
    if (!result.ok) return;
    const { KeyMetadata, CiphertextBlob, Plaintext } = result.output as {
      readonly KeyMetadata?: { readonly Arn: string };
      readonly CiphertextBlob?: Bytes;
      readonly Plaintext?: Bytes;
    };
    if (what === 'CreateKey' && KeyMetadata) this.keys.push(KeyMetadata.Arn);
    if (CiphertextBlob) this.blobs.push(CiphertextBlob);
    if (Plaintext) this.secrets.push(Plaintext);
  }
}

/** Forms in which a secret could hide in a text. */
export const formsOf = (secret: Uint8Array): readonly string[] =>
  (['hex', 'base64', 'latin1'] as const).map((form) => Buffer.from(secret).toString(form));
