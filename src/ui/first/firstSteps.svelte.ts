import { shortPrincipal } from '../../client/index.ts';
import { utf8 } from '../format/bytes.ts';
import { decided } from '../lab/traceWords.ts';
import type { LabState } from '../state/lab.svelte.ts';
import { words } from './strings.ts';

export const stepNames = ['key', 'encrypt', 'why', 'next'] as const;
export type StepName = (typeof stepNames)[number];

/** Where a newcomer is. Nothing is clicked off: each step is over when the world or the screen says so. */
export class FirstSteps {
  readonly #lab: LabState;
  /** "What happened" was opened, or already stood open and was read. */
  #seen = $state(false);

  constructor(lab: LabState) {
    this.#lab = lab;
  }

  /** The first key that Encrypt can use: one for signatures would answer with an error. */
  readonly #usable = $derived.by(() =>
    this.#lab.keys.find((k) => k.rec.KeyState === 'Enabled' && k.rec.KeyUsage === 'ENCRYPT_DECRYPT'),
  );
  readonly hasKey = $derived.by(() => this.#usable !== undefined);
  /** An Encrypt that was served, in this world. */
  readonly hasEncrypted = $derived.by(() =>
    this.#lab.trail.some((l) => l.event.eventName === 'Encrypt' && l.event.errorCode === undefined),
  );
  readonly current = $derived.by<StepName>(() =>
    this.hasEncrypted ? (this.#seen ? 'next' : 'why') : this.hasKey ? 'encrypt' : 'key',
  );
  readonly keyName = $derived.by(() => this.#usable?.aliases[0] ?? 'your key');
  /** Why the shown call was allowed, from its own trace. */
  readonly why = $derived.by(() => {
    const trace = this.#lab.shown?.trace;
    const step = trace?.steps.find((s) => s.stage === 'authorize');
    const decision = step?.stage === 'authorize' ? step.detail.decisions[0] : undefined;
    if (!decision || !trace) return undefined;
    // Who made that call, whoever is chosen by now.
    return words.why.allowed(shortPrincipal(trace.caller), decided(decision));
  });

  async makeKey(): Promise<void> {
    const group = crypto.randomUUID();
    const made = await this.#lab.call('CreateKey', {}, group);
    if (made.kind !== 'ok') return;
    const { KeyMetadata } = made.output as { readonly KeyMetadata: { readonly Arn: string } }; // CreateKey's own answer
    await this.#lab.call(
      'CreateAlias',
      { AliasName: `alias/${words.key.alias}`, TargetKeyId: KeyMetadata.Arn },
      group,
    );
    const key = this.#lab.keys.find((k) => k.rec.arn === (KeyMetadata.Arn as string));
    if (key) this.#lab.selectKey(key.rec.arn);
  }
  async encrypt(): Promise<void> {
    const key = this.#usable;
    if (!key) return;
    this.#lab.selectKey(key.rec.arn);
    await this.#lab.call('Encrypt', { KeyId: key.rec.arn, Plaintext: utf8(words.encrypt.plaintext) });
  }
  see(): void {
    this.#seen = true;
  }
  finish(): void {
    this.#lab.prefs.firstSteps = false;
    this.#lab.say(words.again);
  }
}
