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
  /** Element type of a list, by name and as it is. */
  readonly of?: string;
  readonly element?: TypeShape;
  readonly members?: Readonly<Record<string, MemberShape>>;
}

export interface MemberShape {
  readonly type: string;
  readonly required: boolean;
  readonly shape: TypeShape;
}

export interface OperationShape {
  /** Members that it does not know are refused, not dropped: of this API we have a part. */
  readonly strict: boolean;
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
/** The shapes of one API as its data file writes them: `Type!` is a required member. */
export interface RawModel {
  readonly strict?: boolean;
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

/** The shapes of one API, every type linked to those it is made of. */
export interface Model {
  readonly types: ReadonlyMap<string, TypeShape>;
  readonly operations: ReadonlyMap<string, OperationShape>;
  readonly errors: Readonly<Record<string, number>>;
}

const primitive: Readonly<Record<string, TypeShape>> = {
  string: { kind: 'string' },
  integer: { kind: 'integer' },
  boolean: { kind: 'boolean' },
  timestamp: { kind: 'timestamp' },
};

/** Reads the shapes of an API. A type that its file does not have is a mistake of ours. */
export function readModel(raw: RawModel): Model {
  const types = new Map<string, TypeShape>();
  const typeOf = (name: string): TypeShape => {
    const known = types.get(name) ?? primitive[name];
    if (known) return known;
    const given = raw.types[name];
    if (!given) throw new Error(`"readModel" knows no type ${name}`);
    const { type, members, ...rest } = given;
    const shape: TypeShape = {
      ...rest,
      kind: type as ShapeKind, // The files are made from AWS's models, whose kinds these are.
      ...(given.of === undefined ? {} : { element: typeOf(given.of) }),
      ...(members ? { members: membersOf(members) } : {}),
    };
    types.set(name, shape);
    return shape;
  };
  const membersOf = (members: Readonly<Record<string, string>>): Record<string, MemberShape> =>
    Object.fromEntries(
      Object.entries(members).map(([name, written]) => {
        const type = written.replace(/!$/, '');
        return [name, { type, required: type !== written, shape: typeOf(type) }];
      }),
    );
  for (const name of Object.keys(raw.types)) typeOf(name);
  const operations = new Map<string, OperationShape>(
    Object.entries(raw.operations).map(([name, o]) => [
      name,
      { strict: raw.strict ?? false, in: membersOf(o.in ?? {}), out: o.out ? membersOf(o.out) : undefined },
    ]),
  );
  return { types, operations, errors: raw.errors };
}

// The JSON module's inferred type is one literal per member; this is the shape that all of them share.
const raw = model as unknown as RawModel;

/** KMS. */
export const kmsModel: Model = readModel(raw);
const { types, operations } = kmsModel;

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
