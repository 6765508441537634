import type { ServiceName } from './model/index.ts';
import type { Operation, ServiceErrors } from './operation.ts';
import { operationByName } from './operations/index.ts';
import { kmsModel, type Model } from './shapes/index.ts';

/*
 * A service is a list of operations with the shapes of its API. KMS is the engine's own; the others come in as a
 * catalogue, so that the step driver runs them without knowing them.
 */

export interface Service {
  readonly name: ServiceName;
  readonly model: Model;
  readonly operation: (name: string) => Operation | undefined;
  readonly errors: ServiceErrors;
}

/** Undefined for a service that this world does not have. */
export type Catalogue = (name: ServiceName) => Service | undefined;

export const kms: Service = {
  name: 'kms',
  model: kmsModel,
  operation: operationByName,
  errors: {
    denied: 'AccessDeniedException',
    deniedStatus: 400,
    invalid: 'ValidationException',
    unknown: 'UnknownOperationException',
  },
};

export const kmsOnly: Catalogue = (name) => (name === 'kms' ? kms : undefined);
