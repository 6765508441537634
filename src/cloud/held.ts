import { epochMs, type EpochMs, type HeldKeyRec } from '../engine/index.ts';
import { idleSeconds as tableSeconds } from './dynamodb/tables.ts';
import { idleSeconds as environmentSeconds } from './lambda/index.ts';

/** A plaintext key that a service still has, by which it can read on although KMS would say no. */
export interface ReadingHold {
  /** ARN of the principal for whom it is held; undefined: whoever may read. */
  readonly by: string | undefined;
  /** When it is forgotten, if nobody uses it before; undefined: when what holds it ends. */
  readonly until: EpochMs | undefined;
}

/** How long a service still reads by a key that it holds; undefined when it does not, or only writes by it. */
export function readingHold(rec: HeldKeyRec, now: EpochMs): ReadingHold | undefined {
  const parts = rec.holder.split('|');
  const [service] = parts;
  const after = (seconds: number): EpochMs => epochMs(rec.used + seconds * 1000);
  const hold = ((): ReadingHold | undefined => {
    switch (service) {
      case 's3':
        return parts[4] === 'get' ? { by: parts[3], until: rec.until } : undefined;
      case 'sqs':
        return parts[4] === 'receive' ? { by: parts[3], until: rec.until } : undefined;
      case 'logs':
        return parts[3] === 'read' ? { by: undefined, until: rec.until } : undefined;
      case 'dynamodb':
        return { by: parts[3], until: after(tableSeconds) };
      case 'lambda':
        return { by: undefined, until: after(environmentSeconds) };
      case 'kinesis':
        return parts[4] === 'read' ? { by: parts[3], until: rec.until } : undefined;
      // The card of an instance, the host of a database, an API server, the memory of a warehouse.
      case 'ec2':
      case 'rds':
      case 'eks':
      case 'redshift':
        return { by: undefined, until: undefined };
      default:
        return undefined;
    }
  })();
  return hold?.until !== undefined && hold.until <= now ? undefined : hold;
}
