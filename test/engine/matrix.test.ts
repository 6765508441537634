import { describe, expect, it } from 'vitest';
import {
  cellOf,
  operationsWithStates,
  parseArn,
  ref,
  utf8,
  type Bytes,
  type KeyArn,
  type KeyState,
} from '../../src/engine/index.ts';
import { operations } from '../../src/engine/index.ts';
import { Bench } from '../support/bench.ts';

/*
 * Every operation that looks at a key is tried in every state, through the whole of `handle`, against AWS's table.
 */

const states: readonly KeyState[] = [
  'Creating',
  'Enabled',
  'Disabled',
  'PendingDeletion',
  'PendingImport',
  'PendingReplicaDeletion',
  'Unavailable',
  'Updating',
];

const inputs: Readonly<Record<string, (key: string, blob: Bytes) => object>> = {
  Encrypt: (KeyId) => ({ KeyId, Plaintext: utf8('x') }),
  Decrypt: (_KeyId, CiphertextBlob) => ({ CiphertextBlob }),
  ReEncrypt: (KeyId, CiphertextBlob) => ({ CiphertextBlob, DestinationKeyId: KeyId }),
  GenerateDataKey: (KeyId) => ({ KeyId, KeySpec: 'AES_256' }),
  GenerateDataKeyWithoutPlaintext: (KeyId) => ({ KeyId, NumberOfBytes: 64 }),
  CreateAlias: (KeyId) => ({ AliasName: 'alias/fresh', TargetKeyId: KeyId }),
  UpdateAlias: (KeyId) => ({ AliasName: 'alias/other', TargetKeyId: KeyId }),
  DeleteAlias: () => ({ AliasName: 'alias/mine' }),
  TagResource: (KeyId) => ({ KeyId, Tags: [{ TagKey: 'a', TagValue: 'b' }] }),
  UntagResource: (KeyId) => ({ KeyId, TagKeys: ['a'] }),
  UpdateKeyDescription: (KeyId) => ({ KeyId, Description: 'new' }),
  PutKeyPolicy: (KeyId) => ({
    KeyId,
    Policy: JSON.stringify({
      Statement: [
        { Effect: 'Allow', Principal: { AWS: parseArn(KeyId)?.account }, Action: 'kms:*', Resource: '*' },
      ],
    }),
  }),
};

describe('operation × state', () => {
  const tried = operations.filter(({ name }) => operationsWithStates.includes(name));
  it.each(tried.map(({ name }) => name))(
    '[key-states matrix] %s answers in every state as the table says',
    async (name) => {
      for (const state of states) {
        const cell = cellOf(name, state);
        if (cell === 'n/a') continue;
        const bench = new Bench();
        const key = (await bench.key()) as KeyArn;
        const other = await bench.key();
        const { CiphertextBlob } = await bench.ok<{ CiphertextBlob: Bytes }>('Encrypt', {
          KeyId: key,
          Plaintext: utf8('x'),
        });
        await bench.ok('CreateAlias', { AliasName: 'alias/mine', TargetKeyId: key });
        await bench.ok('CreateAlias', { AliasName: 'alias/other', TargetKeyId: other });
        const rec = bench.view.get(ref.key(key));
        if (!rec) throw new Error('no key');
        bench.put(ref.key(key), { ...rec, KeyState: state });
        const { result } = await bench.outcome(name, inputs[name]?.(key, CiphertextBlob) ?? { KeyId: key });
        const got = result.ok ? 'ok' : result.refusal.refused;
        const conditional = typeof cell === 'object' && 'conditional' in cell;
        // Note 10: the new target of UpdateAlias may not be pending deletion.
        const wanted =
          cell === 'ok' || cell === undefined
            ? ['ok']
            : conditional
              ? ['KMSInvalidStateException']
              : cell.refused;
        expect(wanted, `${name} in ${state}`).toContain(got);
      }
    },
  );

  it('every operation of the catalogue has a shape, a rate and, when it names a key, a row', () => {
    const withoutRow = operations
      .map(({ name }) => name)
      .filter((name) => !operationsWithStates.includes(name));
    expect(withoutRow).toEqual(['CreateKey', 'GenerateRandom', 'ListKeys']);
  });
});
