import type { KeyArn, Trace } from '../../../engine/index.ts';
import type { LastCall, Way } from '../../state/lab.svelte.ts';
import type { Circumstances } from './question.ts';

/** Who may do what? */
export interface AccessQuestion {
  readonly principal: string;
  readonly action: string;
  /** By what way and with what it came, where not as usual. */
  readonly circumstances: Partial<Circumstances>;
}

/** The question that a denied call leaves about this key; undefined when no policy refused it, or that of another key. */
export function deniedBy(
  trace: Trace,
  key: KeyArn | undefined,
  way: Way,
  call: LastCall | undefined,
): AccessQuestion | undefined {
  if (trace.refusal?.stage !== 'authorize') return undefined;
  const step = trace.steps.find(({ stage }) => stage === 'authorize');
  if (step?.stage !== 'authorize') return undefined;
  const denied = step.detail.decisions.find(({ allowed }) => !allowed);
  if (!denied || denied.resource !== key) return undefined;
  return { principal: trace.caller, action: denied.action, circumstances: circumstancesOf(way, call?.input) };
}

/** A context of texts, as KMS takes one. */
const isContext = (value: unknown): value is Readonly<Record<string, string>> =>
  typeof value === 'object' && value !== null && Object.values(value).every((one) => typeof one === 'string');

/** What the simulator's fields hold for a call by a way and with an input. */
export const circumstancesOf = (
  { vpcEndpoint = '', sourceIp = '', mfa = false }: Way,
  input: Readonly<Record<string, unknown>> = {},
): Partial<Circumstances> => {
  const context = input['EncryptionContext'];
  return {
    vpcEndpoint,
    sourceIp,
    mfa: mfa ? 'yes' : '',
    ...(isContext(context)
      ? { encryptionContext: Object.entries(context).map(([name, value]) => ({ name, value })) }
      : {}),
  };
};
