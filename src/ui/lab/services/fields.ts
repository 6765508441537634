import type { StoredThing, ThingKind, ThingService } from '../../../client/index.ts';
import type { EpochMs } from '../../../engine/index.ts';
import type { CallInput } from '../../state/lab.svelte.ts';

/* What forms of services are made of: fields, and the request that is made of what is filled in. */

export interface ServiceField {
  /** AWS's name of the member, or of the one inside that is asked for. */
  readonly name: string;
  readonly kind: 'text' | 'lines' | 'choice' | 'check' | 'key' | 'role';
  readonly required?: boolean;
  readonly start?: string;
  readonly options?: readonly string[];
  /** Names of these kinds are offered. */
  readonly of?: ThingKind;
  /** Of a key: what is taken when none is chosen; the service's default when absent. */
  readonly unset?: string;
}
export type Values = Readonly<Record<string, string>>;
export interface ServiceAction {
  readonly service: ThingService;
  readonly operation: string;
  readonly fields: readonly ServiceField[];
  input(values: Values, around: { readonly at: EpochMs; readonly things: readonly StoredThing[] }): CallInput;
}

export const text = (name: string, start = ''): ServiceField => ({
  name,
  kind: 'text',
  required: true,
  start,
});
export const maybe = (name: string): ServiceField => ({ name, kind: 'text' });
export const lines = (name: string, start = ''): ServiceField => ({
  name,
  kind: 'lines',
  required: true,
  start,
});
export const key = (name: string): ServiceField => ({ name, kind: 'key' });
export const choice = (name: string, options: readonly string[], start = ''): ServiceField => ({
  name,
  kind: 'choice',
  options,
  start,
});
export const check = (name: string, start = ''): ServiceField => ({ name, kind: 'check', start });
export const one = (name: string, of: ThingKind): ServiceField => ({
  name,
  kind: 'text',
  required: true,
  of,
});

/** Members that have a value; a check is a boolean. */
function given(fields: readonly ServiceField[], values: Values): CallInput {
  return Object.fromEntries(
    fields.flatMap(({ name, kind }): readonly (readonly [string, string | true])[] => {
      const value = values[name] ?? '';
      if (kind === 'check') return value === 'true' ? [[name, true]] : [];
      return value === '' ? [] : [[name, value]];
    }),
  );
}
export type Make = (
  values: Values,
  members: CallInput,
  around: { readonly at: EpochMs; readonly things: readonly StoredThing[] },
) => CallInput;
export const by =
  (service: ThingService) =>
  (operation: string, fields: readonly ServiceField[], make?: Make): ServiceAction => ({
    service,
    operation,
    fields,
    input: (values, around) => {
      const members = given(fields, values);
      return make ? make(values, members, around) : members;
    },
  });
