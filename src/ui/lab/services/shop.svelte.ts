import type { StoredPlace, StoredThing, ThingService } from '../../../client/index.ts';
import type { AccountId, Region } from '../../../engine/index.ts';
import type { LabState } from '../../state/lab.svelte.ts';
import { textOf } from '../places.ts';

export const thingServices: readonly ThingService[] = [
  's3',
  'ec2',
  'secretsmanager',
  'ssm',
  'sqs',
  'sns',
  'lambda',
  'dynamodb',
  'logs',
  'rds',
  'kinesis',
  'eks',
  'redshift',
];

/** What the address says. */
export interface At {
  readonly account: AccountId;
  readonly region: Region;
  readonly service: ThingService;
  /** Id of a stored thing that is open. */
  readonly thing: string | undefined;
}

/** `111122223333/us-east-1/s3`, and behind it the id of a thing. */
export function atOf(rest: string): At | undefined {
  const [account = '', region = '', name = '', ...thing] = rest.split('/');
  const service = thingServices.find((one) => one === name);
  if (!service || !/^\d{12}$/.test(account)) return undefined;
  return {
    account: account as AccountId, // twelve digits
    region: region as Region, // what is in no Region has no things
    service,
    thing: thing.length === 0 ? undefined : textOf(thing.join('/')),
  };
}
export const restOf = ({
  account,
  region,
  service,
  thing,
}: Omit<At, 'thing'> & { readonly thing?: string }): string =>
  [account, region, service, ...(thing === undefined ? [] : [encodeURIComponent(thing)])].join('/');

/** How people call what lies at a ref: `s3Bucket/notes` is notes. */
export const nameOfRef = (at: string | undefined): string | undefined => at?.split('/').at(-1);

/** So many things of one place are listed. */
export const mostListed = 200;

/** What services keep in the open world, read again whenever a step changes anything. */
export class Shop {
  readonly lab: LabState;
  places = $state.raw<readonly StoredPlace[] | undefined>();
  things = $state.raw<readonly StoredThing[]>([]);
  more = $state.raw(false);
  thing = $state.raw<StoredThing | 'gone' | undefined>();
  #at: At | undefined;
  readonly #leave: () => void;
  #reading: Promise<void> | undefined;
  #again = false;

  constructor(lab: LabState) {
    this.lab = lab;
    this.#leave = lab.world.subscribe((event) => {
      if (event.kind === 'committed' || event.kind === 'storageFailed') void this.read();
    });
  }
  close(): void {
    this.#leave();
  }

  open(at: At | undefined): void {
    const same =
      at?.account === this.#at?.account &&
      at?.region === this.#at?.region &&
      at?.service === this.#at?.service;
    if (!same) this.things = [];
    if (at?.thing !== this.#at?.thing) this.thing = undefined;
    this.#at = at;
    void this.read();
  }

  /** Reads once however often it is asked during one reading. */
  read(): Promise<void> {
    this.#again = true;
    return (this.#reading ??= this.#readAll().finally(() => (this.#reading = undefined)));
  }
  async #readAll(): Promise<void> {
    try {
      while (this.#again) {
        this.#again = false;
        const at = this.#at;
        const { world } = this.lab;
        const [places, page, thing] = await Promise.all([
          world.storedPlaces(),
          at &&
            world.storedThings({
              account: at.account,
              region: at.region,
              service: at.service,
              n: mostListed,
            }),
          at?.thing === undefined ? undefined : world.storedThing(at.thing),
        ]);
        this.places = places;
        if (at !== this.#at) continue;
        this.things = page?.items ?? [];
        this.more = page?.next !== undefined;
        this.thing = at?.thing === undefined ? undefined : (thing ?? 'gone');
      }
    } catch (thrown) {
      this.lab.fault = thrown instanceof Error ? thrown.message : String(thrown);
    }
  }
}
