import type { Drill, DrillDoor, DrillWorld } from '../../cloud/readers.ts';
import {
  asymmetricPrimitives,
  parseRegion,
  type Bytes,
  type KeyArn,
  type PrincipalArn,
  type Region,
} from '../../engine/index.ts';
import type { WorldApi } from '../api.ts';

/* How an incident reaches a world: by calls, as everybody makes them. */

function homeRegion(): Region {
  const region = parseRegion('us-east-1');
  if (!region) throw new Error('there is no us-east-1');
  return region;
}

const fromHex = (hex: string): Bytes =>
  Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));

export function drillDoor(world: WorldApi, { id }: Drill): DrillDoor {
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
      region: homeRegion(),
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
    importMaterial: (key, material, validForSeconds, by) =>
      materialInto(world, { key, material, validForSeconds, by, group: `drill ${id}` }),
  };
}

/** The owner's ceremony: asks for a wrapping key, wraps, imports. @throws when KMS refuses */
export async function materialInto(
  world: WorldApi,
  {
    key,
    material,
    validForSeconds,
    by,
    group,
  }: {
    readonly key: string;
    /** Hex digits. */
    readonly material: string;
    /** For ever when absent. */
    readonly validForSeconds?: number | undefined;
    readonly by: string;
    readonly group: string;
  },
): Promise<void> {
  const ask = async (operation: string, input: Readonly<Record<string, unknown>>) => {
    const call = {
      operation,
      input: { KeyId: key, ...input },
      principal: by as PrincipalArn,
      region: homeRegion(),
      group,
    };
    const { result } = await world.call(call);
    if (!result.ok) throw new Error(`${group}: ${operation}: ${result.refusal.message}`);
    return result.output;
  };
  const { PublicKey, ImportToken } = (await ask('GetParametersForImport', {
    WrappingAlgorithm: 'RSAES_OAEP_SHA_256',
    WrappingKeySpec: 'RSA_2048',
  })) as { readonly PublicKey: Bytes; readonly ImportToken: Bytes };
  const { readPublicKey, isKeyFault, wrapForImport } = await asymmetricPrimitives();
  const publicKey = readPublicKey('RSA_2048', PublicKey);
  if (isKeyFault(publicKey)) throw new Error(`${group}: the wrapping key does not read`);
  const EncryptedKeyMaterial = await wrapForImport({
    algorithm: 'RSAES_OAEP_SHA_256',
    publicKey,
    material: fromHex(material),
    random: (n) => crypto.getRandomValues(new Uint8Array(n)),
  });
  const { at } = await world.now();
  await ask('ImportKeyMaterial', {
    ImportToken,
    EncryptedKeyMaterial,
    ...(validForSeconds === undefined
      ? { ExpirationModel: 'KEY_MATERIAL_DOES_NOT_EXPIRE' }
      : { ExpirationModel: 'KEY_MATERIAL_EXPIRES', ValidTo: new Date(at + validForSeconds * 1000) }),
  });
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
