import {
  epochMs,
  isRefusal,
  type EpochMs,
  type RdsInstanceRec,
  type Refusal,
  type Step,
} from '../../engine/index.ts';
import { declareIn } from '../declare.ts';
import { at } from '../refs.ts';
import { dropFromHost, openStorage } from './keys.ts';
import { keyIsLost, noInstance, wrongState } from './words.ts';

/*
 * What becomes of a database whose key is lost (services.json RDS "rules"): it is stopped and can be started again for
 * seven days, if the key is back; then only a restored backup is left.
 */

export const rds = declareIn('rds');

export interface OfInstance {
  readonly DBInstanceIdentifier: string;
}

/** Names are kept in small letters. */
export const named = (name: string): string => name.toLowerCase();
export const instanceArn = (name: string, { identity, region }: Pick<Step, 'identity' | 'region'>): string =>
  `arn:aws:rds:${region}:${identity.account}:db:${named(name)}`;
export const onInstance = ({ DBInstanceIdentifier }: OfInstance, step: Step): string =>
  instanceArn(DBInstanceIdentifier, step);
export const putInstance = (rec: RdsInstanceRec, { view }: Pick<Step, 'view'>): void =>
  view.put(at.rdsInstance(rec.account, rec.region, rec.name), rec);

const day = 86_400_000;
const recoverableDays = 7;
/** OURS: how often RDS looks whether the key is still there. It looks when somebody looks at the instance. */
const checkEvery = 300_000;
/** Until then an instance runs on by what its host has, whatever becomes of the key. */
export const looksAgain = ({ checked }: RdsInstanceRec): EpochMs => epochMs(checked + checkEvery);

export function statusAt({ inaccessible, status }: RdsInstanceRec, now: EpochMs): string {
  if (inaccessible === undefined) return status;
  return now - inaccessible < recoverableDays * day
    ? 'inaccessible-encryption-credentials-recoverable'
    : 'inaccessible-encryption-credentials';
}
export const statusOf = (instance: RdsInstanceRec, { env }: Step): string => statusAt(instance, env.at);

/** The instance as it is now: RDS has noticed by itself what the key is like. */
export async function noticed(instance: RdsInstanceRec, step: Step): Promise<RdsInstanceRec> {
  const { wrapped, status, inaccessible, checked } = instance;
  const now = step.env.at;
  if (!wrapped || status === 'stopped' || inaccessible !== undefined || now - checked < checkEvery)
    return instance;
  const plain = await openStorage(instance, instance, step, { grant: instance });
  // OURS: a KMS that is too busy is no lost key; the host still has what it has.
  if (isRefusal(plain) && !keyIsLost(plain)) return instance;
  const lost = isRefusal(plain);
  const found: RdsInstanceRec = lost ? { ...instance, inaccessible: now } : { ...instance, checked: now };
  // Also when the call that is under way is refused: it was RDS that looked.
  const lasting = { ...step, view: step.kept };
  putInstance(found, lasting);
  if (lost) dropFromHost(found, lasting);
  return found;
}

/** The instance of a request, as it is now. */
export async function instanceNow(name: string, step: Step): Promise<RdsInstanceRec | Refusal> {
  const { identity, region, view } = step;
  const found = view.get(at.rdsInstance(identity.account, region, named(name)));
  return found ? noticed(found, step) : noInstance(name);
}

/** One that is running. */
export async function running(name: string, step: Step): Promise<RdsInstanceRec | Refusal> {
  const instance = await instanceNow(name, step);
  if (isRefusal(instance)) return instance;
  const status = statusOf(instance, step);
  return status === 'available'
    ? instance
    : wrongState(`Instance ${instance.name} is in the state ${status}, and not available.`);
}
