import type { loadServices } from '../../cloud/index.ts';
import type { EpochMs, Rec, Ref, ServiceTables, TableName } from '../../engine/index.ts';
import type { Around } from './card.ts';

/** What things lie in, by the name that they call it. */
const nameOf = {
  s3Bucket: ({ name }: ServiceTables['s3Bucket']) => name,
  dynamoTable: ({ arn }: ServiceTables['dynamoTable']) => arn,
  secret: ({ arn }: ServiceTables['secret']) => arn,
  sqsQueue: ({ arn }: ServiceTables['sqsQueue']) => arn,
  logGroup: ({ arn }: ServiceTables['logGroup']) => arn,
  kinesisStream: ({ arn }: ServiceTables['kinesisStream']) => arn,
  eksCluster: ({ arn }: ServiceTables['eksCluster']) => arn,
  redshiftCluster: ({ arn }: ServiceTables['redshiftCluster']) => arn,
};
type ContainerTable = keyof typeof nameOf;
export const isContainer = (table: TableName): table is ContainerTable => Object.hasOwn(nameOf, table);

/** Buckets, queues, tables and the like: few and small, so that they are kept whole. */
export class Containers {
  readonly #byRef = new Map<Ref, Rec>();
  readonly #byName = new Map<string, Rec>();

  put(table: ContainerTable, at: Ref, rec: Rec | undefined): void {
    const before = this.#byRef.get(at);
    if (before) this.#byName.delete(`${table}|${nameIn(table, before)}`);
    if (!rec) return void this.#byRef.delete(at);
    this.#byRef.set(at, rec);
    this.#byName.set(`${table}|${nameIn(table, rec)}`, rec);
  }
  get(at: Ref): Rec | undefined {
    return this.#byRef.get(at);
  }
  #named<T extends ContainerTable>(table: T): (name: string) => ServiceTables[T] | undefined {
    return (name) => this.#byName.get(`${table}|${name}`) as ServiceTables[T] | undefined; // put under its table
  }
  /** For cards that are made at `now`. */
  around(now: EpochMs, standing: Awaited<ReturnType<typeof loadServices>>['standing']): Around {
    return {
      bucket: this.#named('s3Bucket'),
      table: this.#named('dynamoTable'),
      secret: this.#named('secret'),
      queue: this.#named('sqsQueue'),
      group: this.#named('logGroup'),
      stream: this.#named('kinesisStream'),
      cluster: this.#named('eksCluster'),
      warehouse: this.#named('redshiftCluster'),
      ...{ now, standing },
    };
  }
}

/** A record of a table is of that table's type; TypeScript cannot tie the two through the index. */
const nameIn = (table: ContainerTable, rec: Rec): string => (nameOf[table] as (rec: Rec) => string)(rec);
