import type { Around } from '../../../client/index.ts';
import type { Replayed } from './replay.ts';

type Line = ReturnType<Around['billOf']>['lines'][number];

/** Words of the bill. */
export const billWords = {
  title: 'Bill',
  lead: 'What KMS would ask for this world: every call of its trail, every key by the hour. List prices, in US dollars.',
  dated: (asOf: string) =>
    `List prices of ${asOf}, standard Regions. Check the KMS pricing page; you can edit them below.`,
  period: 'Period',
  periods: { month: 'This month', all: 'From the beginning' },
  account: 'Account',
  allAccounts: 'All accounts',
  total: 'Total',
  heads: {
    what: 'What',
    where: 'Where',
    quantity: 'Quantity',
    free: 'Free',
    price: 'Price',
    amount: 'Amount',
  },
  month: 'Month',
  keyTotal: 'This key so far',
  keyHint: (asOf: string) =>
    `Prices of ${asOf}, before the free requests of each month, which belong to the account. Stored hours are charged from CreateKey on, not while the key waits for its deletion.`,
  whole: 'The whole bill, with prices to edit',
  none: 'Nothing in this period costs anything.',
  what({ what }: Line): string {
    switch (what.kind) {
      case 'requests':
        return {
          symmetric: 'Requests: symmetric and all others',
          rsa2048: 'Requests with RSA_2048 keys',
          otherAsymmetric: 'Requests with other asymmetric keys',
          eccPair: 'Data key pairs, ECC',
          rsaPair: 'Data key pairs, RSA',
        }[what.request];
      case 'keys':
        return 'Keys, by the month';
      case 'rotations':
        return 'Rotated material, by the month';
      case 'hsms':
        return 'CloudHSM of a key store (CloudHSM’s bill)';
    }
  },
  price: (line: Line) =>
    `$${line.price} / ${line.per === 1 ? (line.what.kind === 'hsms' ? 'hour' : 'month') : line.per.toLocaleString('en')}`,
  quantity: (n: number) => (Number.isInteger(n) ? n.toLocaleString('en') : n.toFixed(4)),
  usd: (text: string) => `$${text}`,
  byOperation: 'By operation',
  requestsOf: (n: number) => (n === 1 ? '1 request' : `${n.toLocaleString('en')} requests`),

  prices: 'Prices',
  edited: ({ asOf, source }: { readonly asOf: string; readonly source: string }) =>
    `Not the list: ${source}, ${asOf}. They hold for all worlds of this browser.`,
  editedHere: 'edited by hand',
  priceRegion: 'Region',
  everyRegion: 'Every Region without prices of its own',
  pricesSave: 'Save as a file',
  pricesLoad: 'Load a file…',
  noPrices: (file: string, place: string) =>
    `${file} holds no prices: ${place} cannot be read. Nothing was changed.`,
  pricesReset: 'Back to the list',
  priceNames: {
    keyMonth: 'Key, a month',
    rotationMonth: 'Rotation, a month',
    hsmHour: 'CloudHSM, an hour',
    freeRequests: 'Free requests, a month',
    symmetric: 'Symmetric, 10,000',
    rsa2048: 'RSA_2048, 10,000',
    otherAsymmetric: 'Other asymmetric, 10,000',
    eccPair: 'ECC data key pairs, 10,000',
    rsaPair: 'RSA data key pairs, 10,000',
  },

  whatIf: 'What if?',
  whatIfLead:
    'The calls are really made, each kind once, in a world of their own, and counted: what S3 asks of KMS for so many objects.',
  puts: 'PutObject calls in a month',
  keys: 'KMS keys',
  keysHint: 'One for all objects, or one for each customer: each needs its own bucket keys.',
  compute: 'Compute',
  computing: 'Making the calls…',
  cases: {
    plain: 'SSE-KMS, a data key for each object',
    bucketKeys: 'SSE-KMS with S3 Bucket Keys',
    sseS3: 'SSE-S3, a key of S3',
  },
  madeOf: (classes: readonly { readonly holds: boolean; readonly n: number; readonly requests: number }[]) =>
    classes
      .map(
        ({ holds, n, requests }) =>
          `${n.toLocaleString('en')} × ${requests} ${holds ? 'with a key held' : 'with none held'}`,
      )
      .join(', '),
  saved: (percent: string) => `${percent} % fewer requests`,

  replay: 'Replay my calls',
  replayLead:
    'What this world’s own calls would have cost with other settings. One call of each kind is made again, in a copy of the world as it was just before it, as it was and changed; counts are multiplied. The world stays as it is.',
  noReplay: 'Nothing was called in this world yet.',
  bucketKeys: 'S3 Bucket Keys',
  bucketKeysWays: { asTheyAre: 'as they are', on: 'on', off: 'off' },
  replayKeys: 'KMS keys',
  asIs: 'as they are',
  times: 'Each call so often, a month',
  reuseDay: 'Queues use a data key again for a day',
  clientCache: 'Clients cache the data keys that they generate',
  maxAge: 'Max age, seconds',
  maxMessages: 'Max messages',
  toCaching: 'See the cache at work, and its price in safety',
  replayRun: 'Replay',
  replaying: (percent: number) => `Making the calls… ${percent} %`,
  replayed: (was: number, would: number) =>
    `${was.toLocaleString('en')} requests to KMS as it was, ${would.toLocaleString('en')} changed.`,
  replayHeads: { call: 'Call', n: 'Times', was: 'Requests', would: 'Changed' },
  changes: {
    bucketKeys: 'other Bucket Keys',
    reuseDay: 'queue’s data key reused for a day',
    clientCache: 'data key cached by the client',
    keys: 'spread over the keys',
  },
  kind: ({ service, about, refused, changes }: Replayed) =>
    [
      about === '' ? service : about.slice(about.lastIndexOf('/') + 1),
      ...(refused === undefined ? [] : [`refused: ${refused}`]),
      ...changes.map((change) => billWords.changes[change]),
    ].join(', '),
  notAgain: 'not repeatable',
  noChange: 'No kind of call in this world notices these settings.',
  sums: { requests: 'Requests to KMS', keys: 'KMS keys used', month: 'A month of these' },
  sameKinds: (n: number) => (n === 1 ? '1 kind of call asks the same' : `${n} kinds of calls ask the same`),
};
