import type { Drill, DrillDoor, DrillWorld } from '../../cloud/readers.ts';
import {
  asymmetricPrimitives,
  parseRegion,
  type Bytes,
  type KeyArn,
  type PrincipalArn,
} from '../../engine/index.ts';
import type { WorldApi } from '../api.ts';

/* How an incident reaches a world: by calls, as everybody makes them. */

const home = parseRegion('us-east-1');

const fromHex = (hex: string): Bytes =>
  Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));

export function drillDoor(world: WorldApi, { id }: Drill): DrillDoor {
  if (!home) throw new Error('there is no us-east-1');
  const ask = async (
    operation: string,
    principal: string,
    input: Readonly<Record<string, unknown>>,
    more: {
      readonly service?: Parameters<WorldApi['call']>[0]['service'];
      readonly sourceIp?: string | undefined;
    } = {},
  ) => {
    const { result } = await world.call({
      ...more,
      operation,
      input,
      principal: principal as PrincipalArn, // a name that nobody has is refused inside
      region: home,
      group: `drill ${id}`,
    });
    return result;
  };
  return {
    async call({ service, operation, by, from }, input) {
      const result = await ask(operation, by, input, { service, sourceIp: from });
      return result.ok
        ? { refused: undefined, output: result.output }
        : { refused: result.refusal.refused, output: {} };
    },
    async wait(seconds) {
      await world.advance({ seconds });
    },
    async importMaterial(key, material, validForSeconds, by) {
      const asked = await ask('GetParametersForImport', by, {
        KeyId: key,
        WrappingAlgorithm: 'RSAES_OAEP_SHA_256',
        WrappingKeySpec: 'RSA_2048',
      });
      if (!asked.ok) throw new Error(`drill "${id}": ${asked.refusal.message}`);
      const { PublicKey, ImportToken } = asked.output as {
        readonly PublicKey: Bytes;
        readonly ImportToken: Bytes;
      };
      const { readPublicKey, isKeyFault, wrapForImport } = await asymmetricPrimitives();
      const publicKey = readPublicKey('RSA_2048', PublicKey);
      if (isKeyFault(publicKey)) throw new Error(`drill "${id}": the wrapping key does not read`);
      const EncryptedKeyMaterial = await wrapForImport({
        algorithm: 'RSAES_OAEP_SHA_256',
        publicKey,
        material: fromHex(material),
        random: (n) => crypto.getRandomValues(new Uint8Array(n)),
      });
      const { at } = await world.now();
      const done = await ask('ImportKeyMaterial', by, {
        KeyId: key,
        ImportToken,
        EncryptedKeyMaterial,
        ExpirationModel: 'KEY_MATERIAL_EXPIRES',
        ValidTo: new Date(at + validForSeconds * 1000),
      });
      if (!done.ok) throw new Error(`drill "${id}": ${done.refusal.message}`);
    },
  };
}

/** The goals look at the world, not at calls: looking leaves no event. */
export const drillWorld = (world: WorldApi): DrillWorld => ({
  async stateOf(key) {
    return (await world.key(key as KeyArn))?.rec.KeyState;
  },
  async may(principal, operation, key) {
    const answer = await world.simulate({ principal, action: `kms:${operation}`, key: key as KeyArn });
    return answer.ok && answer.decision.allowed;
  },
  async granteesOf(key) {
    return ((await world.key(key as KeyArn))?.grants ?? []).map(
      ({ GranteePrincipal }) => GranteePrincipal ?? '',
    );
  },
});
