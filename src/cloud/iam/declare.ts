import { readModel, type Operation, type RawModel } from '../../engine/index.ts';
import { declareIn, type Declared } from '../declare.ts';
import shapes from '../shapes/iam.json';

const model = readModel(shapes as unknown as RawModel); // one literal per member, as in service.ts
const declare = declareIn('iam');

/** An operation of IAM; the trail keeps all members of its request. */
export const iam = <I, O = undefined>(declared: Omit<Declared<I, O>, 'members'>): Operation =>
  declare<I, O>({ ...declared, members: Object.keys(model.operations.get(declared.name)?.in ?? {}) });
