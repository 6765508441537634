import { readModel, type Operation, type RawModel, type Service, type ServiceName } from '../engine/index.ts';

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

/** Errors of the services that speak AWS's Query protocol (botocore "protocol": "query"; IAM API Reference, Common Errors). */
export const queryErrors: Service['errors'] = {
  denied: 'AccessDenied',
  deniedStatus: 403,
  invalid: 'ValidationError',
  unknown: 'InvalidAction',
};
