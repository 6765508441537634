import type { CallFacts, Genesis, TemplateId } from '../api.ts';

/** A call of a template. `{name}` in a text stands for what an earlier call made under that name. */
export interface TemplateCall {
  /** `kms` when absent. */
  readonly service?: CallFacts['service'];
  readonly operation: string;
  /** ARN. */
  readonly by: string;
  readonly region?: string | undefined;
  readonly input: Readonly<Record<string, unknown>>;
  /** The name under which later calls know what this one made. */
  readonly as?: string | undefined;
  /** Where in the answer that is told: `Policy.PolicySummary.Id`; the ARN of a key when absent. */
  readonly at?: string | undefined;
}

/** A world to begin with: accounts as data, everything else by calls that the engine executes. */
export interface Template {
  readonly id: TemplateId;
  readonly genesis: Pick<Genesis, 'accounts'>;
  readonly calls: readonly TemplateCall[];
}
