import { utf8, type Device } from '../engine/index.ts';
import type { KeptAnswer } from '../store/index.ts';
import { platformRandom } from './draws.ts';
import { fromJson, toJson } from './files/codec.ts';

/*
 * What a request was answered, kept for its sender to ask again. Answers may hold plaintext, so that they are sealed by the
 * device key; the nonce is not one of the step's draws, because a seeded world repeats those.
 */

export async function sealAnswer(device: Device, value: unknown): Promise<KeptAnswer['sealed']> {
  const plain = utf8(JSON.stringify(toJson({ value })));
  const sealed = await device.wrap(plain, platformRandom(12));
  plain.fill(0);
  return sealed;
}

export async function openAnswer(device: Device, { sealed }: KeptAnswer): Promise<unknown> {
  const plain = await device.unwrap(sealed);
  const { value } = fromJson(JSON.parse(new TextDecoder().decode(plain)), '$') as { readonly value: unknown };
  plain.fill(0);
  return value;
}
