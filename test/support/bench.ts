import {
  advanceOne,
  epochMs,
  handle,
  ref,
  seededBytes,
  uuidFrom,
  type AccountId,
  type Bytes,
  type Env,
  type KeySpec,
  type Outcome,
  type PrincipalArn,
  type PrincipalKind,
  type Region,
  type TrailEvent,
} from '../../src/engine/index.ts';
import { seededPair } from '../../src/client/keyPairs.ts';
import { MapView } from './mapView.ts';

/** A device key for tests that is none: it wraps by XOR, so that a test sees what reaches it. */
export const plainDevice = {
  wrap: (plain: Bytes, nonce: Bytes): Promise<Bytes> =>
    Promise.resolve(new Uint8Array([...nonce, ...plain.map((b) => b ^ 0x5a)])),
  unwrap: (wrapped: Bytes): Promise<Bytes> => Promise.resolve(wrapped.slice(12).map((b) => b ^ 0x5a)),
};

export const account = '111122223333' as AccountId;
export const otherAccount = '444455556666' as AccountId;
export const region = 'us-east-1' as Region;
export const root = `arn:aws:iam::${account}:root` as PrincipalArn;

/** One world on the engine alone, for tests of single steps: no client, no store, no clock of its own. */
export class Bench {
  readonly view = new MapView();
  at = epochMs(Date.UTC(2026, 0, 1));
  #step = 0;

  constructor() {
    this.put(ref.world, {
      format: 1,
      seed: 'bench',
      throttling: false,
      propagation: false,
      fault: undefined,
    });
    for (const id of [account, otherAccount]) {
      this.put(ref.account(id), { account: id, name: id });
      this.principal(id, 'root', 'root');
    }
  }

  put(at: Parameters<MapView['records']['set']>[0], rec: Parameters<MapView['records']['set']>[1]): void {
    this.view.records.set(at, rec);
  }

  principal(
    id: AccountId,
    kind: PrincipalKind,
    name: string,
    policies: readonly object[] = [],
  ): PrincipalArn {
    const arn = `arn:aws:iam::${id}:${kind === 'root' ? 'root' : `${kind}/${name}`}` as PrincipalArn;
    const principalId =
      kind === 'root' ? id : `${kind === 'user' ? 'AIDA' : 'AROA'}${name.toUpperCase().padEnd(17, 'X')}`;
    this.put(ref.principal(arn), { arn, account: id, kind, name, principalId });
    policies.forEach((document, i) =>
      this.put(ref.identityPolicy(arn, `policy-${i}`), {
        principal: arn,
        name: `policy-${i}`,
        document: JSON.stringify(document),
      }),
    );
    return arn;
  }

  env(): Env {
    const random = seededBytes('bench', this.#step++);
    const keyPair = (spec: KeySpec) => seededPair(spec, random(32));
    return { at: this.at, wall: this.at, random, uuid: () => uuidFrom(random), keyPair, device: plainDevice };
  }

  /** Handles one call and applies its diff. */
  async outcome(
    operation: string,
    input: object,
    arn: PrincipalArn = root,
    where: Region = region,
  ): Promise<Outcome> {
    const outcome = await handle(
      this.view,
      { operation, input, region: where, caller: { kind: 'principal', arn } },
      this.env(),
    );
    this.view.apply(outcome.diff);
    return outcome;
  }

  /** The output of a call that has to succeed. */
  async ok<T = Record<string, unknown>>(
    operation: string,
    input: object,
    arn: PrincipalArn = root,
    where: Region = region,
  ): Promise<T> {
    const { result } = await this.outcome(operation, input, arn, where);
    if (!result.ok) throw new Error(`${operation}: ${result.refusal.refused} ${result.refusal.message}`);
    return result.output as T;
  }

  /** `Exception: message` of a call that has to be refused. */
  async refused(
    operation: string,
    input: object,
    arn: PrincipalArn = root,
    where: Region = region,
  ): Promise<string> {
    const { result } = await this.outcome(operation, input, arn, where);
    if (result.ok) throw new Error(`${operation} succeeded`);
    return `${result.refusal.refused}: ${result.refusal.message}`;
  }

  async key(input: object = {}, arn: PrincipalArn = root, where: Region = region): Promise<string> {
    const { KeyMetadata } = await this.ok<{ KeyMetadata: { Arn: string } }>('CreateKey', input, arn, where);
    return KeyMetadata.Arn;
  }

  /** Moves time and runs what falls due. */
  async advance(days: number): Promise<readonly TrailEvent[]> {
    this.at = epochMs(this.at + days * 86_400_000);
    const events: TrailEvent[] = [];
    for (;;) {
      const due = await advanceOne(this.view, this.env());
      if (!due) return events;
      this.view.apply(due.diff);
      events.push(...due.events);
    }
  }
}
