import type { Genesis, TemplateId } from '../api.ts';

/** A call of a template. `{name}` in a text stands for what an earlier call made under that name. */
export interface TemplateCall {
  readonly operation: string;
  /** ARN. */
  readonly by: string;
  readonly region?: string | undefined;
  readonly input: Readonly<Record<string, unknown>>;
  /** The name under which later calls know the key that this one made. */
  readonly as?: string | undefined;
}

/** A world to begin with: accounts as data, everything else by calls that the engine executes. */
export interface Template {
  readonly id: TemplateId;
  readonly genesis: Pick<Genesis, 'accounts'>;
  readonly calls: readonly TemplateCall[];
}
