import type { ServiceName, TrailEvent } from '../../engine/index.ts';

/* What the comparison of custodies asks, of what, and how it reaches a world. */

export const custodies = [
  'awsOwned',
  'awsManaged',
  'customerManaged',
  'imported',
  'cloudHsmStore',
  'externalStore',
  'cloudHsm',
] as const;
export type Custody = (typeof custodies)[number];
/** Those that KMS has a key for. */
export type KeyCustody = Exclude<Custody, 'cloudHsm'>;

export const questions = [
  'see',
  'readPolicy',
  'changePolicy',
  'share',
  'useElsewhere',
  'rotateByItself',
  'rotateNow',
  'disable',
  'deleteMaterial',
  'delete',
  'cancel',
  'gone',
  'audit',
  'whenLost',
  'restore',
] as const;
export type CustodyQuestion = (typeof questions)[number];

export interface CustodyAnswer {
  readonly custody: Custody;
  readonly question: CustodyQuestion;
  /** `notAsked`: there is no key that one could name. */
  readonly can: boolean | 'notAsked';
  /** What the engine answered: AWS's name of the refusal; undefined when it did as asked. */
  readonly refused: string | undefined;
  /** The call that was made, `kms:PutKeyPolicy`. */
  readonly call: string;
}

export interface CustodyDoor {
  ask(
    service: ServiceName,
    operation: string,
    input: Readonly<Record<string, unknown>>,
  ): Promise<{ readonly refused: string | undefined; readonly output: Readonly<Record<string, unknown>> }>;
  /** As somebody of another account, who may there do everything. */
  askElsewhere(operation: string, input: Readonly<Record<string, unknown>>): Promise<string | undefined>;
  wait(seconds: number): Promise<void>;
  events(): Promise<readonly TrailEvent[]>;
  importMaterial(key: string): Promise<void>;
  /** Takes away what stands behind a key store: its cluster, its proxy. */
  breakStore(id: string): Promise<void>;
  mendStore(id: string): Promise<void>;
}
