import { parseRegion, type AccountId, type KeyArn, type PrincipalArn, type Region } from '../engine/index.ts';
import { MemoryStore, type Entry } from '../store/index.ts';
import type { CallAnswer, WorldApi } from './api.ts';

/* People, calls and broken disks for the tests of worlds. */

export const account = '111122223333' as AccountId;
export const partner = '444455556666' as AccountId;
export const region: Region = parseRegion('us-east-1') ?? never('a Region');
export const admin = `arn:aws:iam::${account}:user/Admin` as PrincipalArn;
export const alice = `arn:aws:iam::${account}:user/Alice` as PrincipalArn;
export const genesis = { seed: 'test', now: '2026-01-01T00:00:00Z' } as const;

function never(what: string): never {
  throw new Error(`expected ${what}`);
}

export const ask = (
  world: WorldApi,
  operation: string,
  input: Readonly<Record<string, unknown>> = {},
  principal: PrincipalArn = admin,
): Promise<CallAnswer> => world.call({ operation, input, principal, region });

/** The output of a call that must succeed. */
export async function output(answer: Promise<CallAnswer>): Promise<Readonly<Record<string, unknown>>> {
  const { result } = await answer;
  return result.ok
    ? result.output
    : never(`success, got ${result.refusal.refused}: ${result.refusal.message}`);
}

/** The name of the exception of a call that must be refused. */
export async function refusal(answer: Promise<CallAnswer>): Promise<string> {
  const { result } = await answer;
  return result.ok ? never('a refusal') : result.refusal.refused;
}

export async function makeKey(world: WorldApi, Description = ''): Promise<KeyArn> {
  const { KeyMetadata } = await output(ask(world, 'CreateKey', { Description }));
  return (KeyMetadata as { readonly Arn: KeyArn }).Arn;
}

/** A disk that is full when told so, slow, and counts its transactions. */
export class TestStore extends MemoryStore {
  transactions = 0;
  /** Asked before each transaction. */
  full: () => boolean = () => false;

  override async append(entries: readonly Entry[]): Promise<void> {
    this.transactions += 1;
    const full = this.full();
    await new Promise((resolve) => setTimeout(resolve, 1));
    if (full) throw new DOMException('The disk is full.', 'QuotaExceededError');
    await super.append(entries);
  }
}
