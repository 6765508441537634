import {
  fromUtf8,
  isRefusal,
  utf8,
  type Bytes,
  type DynamoItemRec,
  type DynamoTableRec,
  type Operation,
  type Refusal,
  type Service,
  type Step,
} from '../../engine/index.ts';
import { mustOpen, sealData } from '../keeping.ts';
import { at, below } from '../refs.ts';
import { jsonErrors, makeService } from '../service.ts';
import shapes from '../shapes/dynamodb.json';
import {
  archived,
  dynamo,
  itemId,
  newEncryption,
  putTable,
  retireGrant,
  statusOf,
  tableArn,
  tableKey,
  tableOf,
  type SseRequest,
} from './tables.ts';
import { inUse, invalid, noTable, ofKey } from './words.ts';

// https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_CreateTable.html and its neighbours.

interface OfTable {
  readonly TableName: string;
}
/** OURS: a partition key of text, and attributes of text, numbers and truth values. */
interface AttributeValue {
  readonly S?: string;
  readonly N?: string;
  readonly BOOL?: boolean;
}
type Item = Readonly<Record<string, AttributeValue>>;

const onTable = ({ TableName }: OfTable, step: Step): string => tableArn(TableName, step);

const described = (table: DynamoTableRec, step: Step) => ({
  TableName: table.name,
  TableArn: table.arn,
  TableStatus: statusOf(table, step),
  KeySchema: [{ AttributeName: table.keyName, KeyType: 'HASH' }],
  CreationDateTime: new Date(table.created),
  ...(table.keyArn === undefined
    ? {}
    : {
        SSEDescription: {
          Status: 'ENABLED',
          SSEType: 'KMS',
          KMSMasterKeyArn: table.keyArn,
          ...(table.inaccessible === undefined
            ? {}
            : { InaccessibleEncryptionDateTime: new Date(table.inaccessible) }),
        },
      }),
});

const CreateTable = dynamo<
  OfTable & {
    readonly KeySchema: readonly { readonly AttributeName: string; readonly KeyType: string }[];
    readonly SSESpecification?: SseRequest;
  },
  object
>({
  name: 'CreateTable',
  refusals: ['ResourceInUseException', ...ofKey],
  on: onTable,
  members: ['TableName', 'KeySchema', 'SSESpecification'],
  async run({ TableName, KeySchema: [key], SSESpecification = {} }, step) {
    if (tableOf(TableName, step)) return inUse(TableName);
    if (key?.KeyType !== 'HASH') return invalid('Tables of KMS Lab have one partition key, of KeyType HASH.');
    const { account } = step.identity;
    const made = await newEncryption(SSESpecification, { name: TableName, account }, step);
    if (isRefusal(made)) return made;
    const { plain: _, ...encryption } = made;
    const table: DynamoTableRec = {
      ...encryption,
      arn: tableArn(TableName, step),
      name: TableName,
      account,
      region: step.region,
      keyName: key.AttributeName,
      created: step.env.at,
      inaccessible: undefined,
    };
    putTable(table, step);
    return { TableDescription: { ...described(table, step), TableStatus: 'CREATING' } };
  },
});

/** OURS: as many as a table of this world holds. */
const mostItems = 1000;
const itemsOf = ({ arn }: DynamoTableRec, { view }: Step): readonly DynamoItemRec[] =>
  view.range('ref', { prefix: below.dynamoItems(arn), n: mostItems }).map(({ rec }) => rec as DynamoItemRec);

const placeOf = (table: DynamoTableRec, id: string): string => `${table.arn}|${id}`;
const readItem = (bytes: Bytes): Item => JSON.parse(fromUtf8(bytes) ?? '{}') as Item; // written below
const partitionOf = (table: DynamoTableRec, item: Item): string | undefined => item[table.keyName]?.S;

function writeItem(table: DynamoTableRec, key: Bytes, item: Item, step: Step): void {
  const id = itemId(key, partitionOf(table, item) ?? '');
  const plain = utf8(JSON.stringify(item));
  step.note({
    kind: 'dataSealed',
    what: `an item of ${table.name}`,
    byteLength: plain.length,
    under: 'the table key',
  });
  const sealed = sealData(step, key, plain, placeOf(table, id));
  step.view.put(at.dynamoItem(table.arn, id), { table: table.arn, id, sealed });
}

const UpdateTable = dynamo<OfTable & { readonly SSESpecification: SseRequest }, object>({
  name: 'UpdateTable',
  refusals: ['ResourceNotFoundException', ...ofKey],
  on: onTable,
  members: ['TableName', 'SSESpecification'],
  async run({ TableName, SSESpecification }, step) {
    const old = tableOf(TableName, step);
    if (!old) return noTable(TableName);
    const before = await tableKey(old, step);
    if (isRefusal(before)) return before;
    const made = await newEncryption(SSESpecification, old, step);
    if (isRefusal(made)) return made;
    const { plain, ...encryption } = made;
    const items = itemsOf(old, step).map(({ id, sealed }) => ({
      id,
      item: readItem(mustOpen(before, sealed, placeOf(old, id))),
    }));
    await retireGrant(old, step);
    const table: DynamoTableRec = { ...old, ...encryption, inaccessible: undefined };
    putTable(table, step);
    for (const { id } of items) step.view.put(at.dynamoItem(old.arn, id), undefined);
    for (const { item } of items) writeItem(table, plain, item, step);
    return { TableDescription: { ...described(table, step), TableStatus: 'UPDATING' } };
  },
});

const DescribeTable = dynamo<OfTable, object>({
  name: 'DescribeTable',
  readOnly: true,
  refusals: ['ResourceNotFoundException'],
  on: onTable,
  members: ['TableName'],
  run({ TableName }, step) {
    const table = tableOf(TableName, step);
    return table ? { Table: described(table, step) } : noTable(TableName);
  },
});

const DeleteTable = dynamo<OfTable, object>({
  name: 'DeleteTable',
  refusals: ['ResourceNotFoundException'],
  on: onTable,
  members: ['TableName'],
  async run({ TableName }, step) {
    const table = tableOf(TableName, step);
    if (!table) return noTable(TableName);
    await retireGrant(table, step);
    for (const { id } of itemsOf(table, step)) step.view.put(at.dynamoItem(table.arn, id), undefined);
    step.view.put(at.dynamoTable(table.account, table.region, table.name), undefined);
    return { TableDescription: { ...described(table, step), TableStatus: 'DELETING' } };
  },
});

const ListTables = dynamo<object, object>({
  name: 'ListTables',
  readOnly: true,
  refusals: [],
  members: [],
  run(_, { view, identity, region }) {
    const found = view.range('ref', { prefix: below.dynamoTables(identity.account, region), n: 100 });
    return { TableNames: found.map(({ rec }) => (rec as DynamoTableRec).name) };
  },
});

/** A table that items can be asked of, with its key in plain. */
async function opened(
  name: string,
  step: Step,
): Promise<{ readonly table: DynamoTableRec; readonly key: Bytes } | Refusal> {
  const table = tableOf(name, step);
  if (!table || archived(table, step)) return noTable(name);
  const key = await tableKey(table, step);
  return isRefusal(key) ? key : { table: tableOf(name, step) ?? table, key };
}

const needsKey = (table: DynamoTableRec): Refusal =>
  invalid(`One or more parameter values were invalid: Missing the key ${table.keyName} in the item`);

const PutItem = dynamo<OfTable & { readonly Item: Item }, object>({
  name: 'PutItem',
  dataEvent: true,
  refusals: ['ResourceNotFoundException', ...ofKey],
  on: onTable,
  members: ['TableName'],
  async run({ TableName, Item }, step) {
    const found = await opened(TableName, step);
    if (isRefusal(found)) return found;
    if (partitionOf(found.table, Item) === undefined) return needsKey(found.table);
    if (itemsOf(found.table, step).length >= mostItems)
      return invalid(`KMS Lab keeps up to ${mostItems} items in a table.`);
    writeItem(found.table, found.key, Item, step);
    return {};
  },
});

const GetItem = dynamo<OfTable & { readonly Key: Item }, object>({
  name: 'GetItem',
  readOnly: true,
  dataEvent: true,
  refusals: ['ResourceNotFoundException', ...ofKey],
  on: onTable,
  members: ['TableName'],
  async run({ TableName, Key }, step) {
    const found = await opened(TableName, step);
    if (isRefusal(found)) return found;
    const { table, key } = found;
    const partition = partitionOf(table, Key);
    if (partition === undefined) return needsKey(table);
    const id = itemId(key, partition);
    const rec = step.view.get(at.dynamoItem(table.arn, id));
    if (!rec) return {};
    const plain = mustOpen(key, rec.sealed, placeOf(table, id));
    step.note({
      kind: 'dataOpened',
      what: `an item of ${table.name}`,
      byteLength: plain.length,
      under: 'the table key',
    });
    return { Item: readItem(plain) };
  },
});

const DeleteItem = dynamo<OfTable & { readonly Key: Item }, object>({
  name: 'DeleteItem',
  dataEvent: true,
  refusals: ['ResourceNotFoundException', ...ofKey],
  on: onTable,
  members: ['TableName'],
  async run({ TableName, Key }, step) {
    const found = await opened(TableName, step);
    if (isRefusal(found)) return found;
    const partition = partitionOf(found.table, Key);
    if (partition === undefined) return needsKey(found.table);
    step.view.put(at.dynamoItem(found.table.arn, itemId(found.key, partition)), undefined);
    return {};
  },
});

export const dynamodbOperations: readonly Operation[] = [
  CreateTable,
  UpdateTable,
  DescribeTable,
  DeleteTable,
  ListTables,
  PutItem,
  GetItem,
  DeleteItem,
];

export const dynamodbService: Service = makeService('dynamodb', shapes, dynamodbOperations, jsonErrors);
