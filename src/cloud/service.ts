import {
  readModel,
  type Model,
  type Operation,
  type RawModel,
  type Service,
  type ServiceName,
} from '../engine/index.ts';

/** A service of the catalogue, from the shapes of its API and its operations. */
export function makeService(
  name: ServiceName,
  raw: unknown,
  operations: readonly Operation[],
  errors: Service['errors'],
): Service {
  // The JSON module's inferred type is one literal per member; this is the shape that all of them share.
  const model = readModel(raw as RawModel);
  const byName = new Map(operations.map((one) => [one.name, one]));
  for (const one of byName.keys())
    if (!model.operations.has(one)) throw new Error(`the shapes of ${name} know no operation ${one}`);
  return { name, model, operation: (asked) => byName.get(asked), errors };
}

/** One service in two parts, of which the second is loaded later. Each keeps its own shapes. */
export function joinServices(first: Service, second: Service): Service {
  const model: Model = {
    types: new Map([...first.model.types, ...second.model.types]),
    operations: new Map([...first.model.operations, ...second.model.operations]),
    errors: { ...first.model.errors, ...second.model.errors },
  };
  return { ...first, model, operation: (name) => first.operation(name) ?? second.operation(name) };
}

/** Errors of the services that speak AWS's Query protocol (botocore "protocol": "query"; IAM API Reference, Common Errors). */
export const queryErrors: Service['errors'] = {
  denied: 'AccessDenied',
  deniedStatus: 403,
  invalid: 'ValidationError',
  unknown: 'InvalidAction',
};

/** Errors of the services that speak JSON, as KMS does. */
export const jsonErrors: Service['errors'] = {
  denied: 'AccessDeniedException',
  deniedStatus: 400,
  invalid: 'ValidationException',
  unknown: 'UnknownOperationException',
};
