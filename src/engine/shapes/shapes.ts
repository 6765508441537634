import model from './model.json';

/*
 * The shapes of the API as data: names, types, bounds, patterns and closed vocabularies of all 56 operations. Doors
 * read it to code and decode, `validate` to refuse.
 */

export type ShapeKind =
  'string' | 'integer' | 'boolean' | 'timestamp' | 'blob' | 'list' | 'map' | 'structure';

export interface TypeShape {
  readonly kind: ShapeKind;
  /** Length of strings (characters), blobs (bytes) and lists; value of integers. */
  readonly min?: number;
  readonly max?: number;
  readonly pattern?: string;
  readonly enum?: readonly string[];
  /** Never shown: not in messages, trail events, traces. */
  readonly sensitive?: boolean;
  /** Element type of a list. */
  readonly of?: string;
  readonly members?: Readonly<Record<string, MemberShape>>;
}

export interface MemberShape {
  readonly type: string;
  readonly required: boolean;
}

export interface OperationShape {
  readonly in: Readonly<Record<string, MemberShape>>;
  /** Undefined: the answer has no body. */
  readonly out: Readonly<Record<string, MemberShape>> | undefined;
}

interface RawType {
  readonly type: string;
  readonly min?: number;
  readonly max?: number;
  readonly pattern?: string;
  readonly enum?: readonly string[];
  readonly sensitive?: boolean;
  readonly of?: string;
  readonly members?: Readonly<Record<string, string>>;
}
interface RawModel {
  readonly types: Readonly<Record<string, RawType>>;
  readonly operations: Readonly<
    Record<
      string,
      {
        readonly in: Readonly<Record<string, string>> | null;
        readonly out: Readonly<Record<string, string>> | null;
      }
    >
  >;
  readonly errors: Readonly<Record<string, number>>;
  readonly pageLimits: Readonly<
    Record<string, { readonly min: number; readonly max: number; readonly default: number | string }>
  >;
}
// The JSON module's inferred type is one literal per member; this is the shape that all of them share.
const raw = model as unknown as RawModel;

const membersOf = (members: Readonly<Record<string, string>>): Record<string, MemberShape> =>
  Object.fromEntries(
    Object.entries(members).map(([name, type]) => [
      name,
      { type: type.endsWith('!') ? type.slice(0, -1) : type, required: type.endsWith('!') },
    ]),
  );

const primitive: Readonly<Record<string, TypeShape>> = {
  string: { kind: 'string' },
  integer: { kind: 'integer' },
  boolean: { kind: 'boolean' },
  timestamp: { kind: 'timestamp' },
};

const types = new Map<string, TypeShape>(
  Object.entries(raw.types).map(([name, t]) => {
    const { type, members, ...rest } = t;
    return [name, { ...rest, kind: type as ShapeKind, ...(members ? { members: membersOf(members) } : {}) }];
  }),
);

const operations = new Map<string, OperationShape>(
  Object.entries(raw.operations).map(([name, o]) => [
    name,
    { in: membersOf(o.in ?? {}), out: o.out ? membersOf(o.out) : undefined },
  ]),
);

/** The shape of a named or primitive type. Unknown names are a fault of ours. */
export function typeShape(name: string): TypeShape {
  const shape = types.get(name) ?? primitive[name];
  if (!shape) throw new Error(`"typeShape" knows no type ${name}`);
  return shape;
}

/** Undefined for a name that the API does not have. */
export const operationShape = (operation: string): OperationShape | undefined => operations.get(operation);

/** AWS's names of all operations of the API, in alphabetical order. */
export const apiOperations: readonly string[] = [...operations.keys()];

/** HTTP status of an exception; 400 for every fault of the caller (model.json, errors). */
export const statusOf = (exception: string): number => raw.errors[exception] ?? 400;

/** Page size of a listing operation: default and maximum. */
export function pageLimit(operation: string): { readonly max: number; readonly default: number } {
  const limit = raw.pageLimits[operation];
  if (!limit) throw new Error(`"pageLimit" knows no listing ${operation}`);
  // OURS: where the default is not stated, the maximum is taken.
  return { max: limit.max, default: typeof limit.default === 'number' ? limit.default : limit.max };
}
