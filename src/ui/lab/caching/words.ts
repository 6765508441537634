import type { Shown, WishName } from './caching.svelte.ts';

const many = (n: number, one: string, more: string): string =>
  `${n.toLocaleString('en')} ${n === 1 ? one : more}`;

/** 90061 as `1 d 1 h`: two parts at most. */
function span(seconds: number): string {
  const parts: (readonly [number, string])[] = [
    [Math.floor(seconds / 86_400), 'd'],
    [Math.floor(seconds / 3600) % 24, 'h'],
    [Math.floor(seconds / 60) % 60, 'min'],
    [seconds % 60, 's'],
  ];
  const said = parts.filter(([n]) => n > 0).slice(0, 2);
  return said.length === 0 ? '0 s' : said.map(([n, unit]) => `${n} ${unit}`).join(' ');
}
const size = (bytes: number): string =>
  bytes < 10_000
    ? many(bytes, 'byte', 'bytes')
    : bytes < 10_000_000
      ? `${Math.round(bytes / 1024).toLocaleString('en')} KiB`
      : `${Math.round(bytes / 1_048_576).toLocaleString('en')} MiB`;

/** Words of the screen of cached data keys. */
export const cachingWords = {
  title: 'Data key caching',
  lead: 'The AWS Encryption SDK itself encrypts messages here, in a copy of this world: once with a data key for each message, once with its caching materials manager. Another program opens them again. The calls are counted in the copy’s trail.',
  load: 'Work',
  limits: 'Limits of the cache',
  limitsHint: 'A data key serves until the first of these is exceeded. Then GenerateDataKey is called again.',
  fields: {
    messages: 'Messages',
    bytes: 'Bytes in each',
    contexts: 'Tenants',
    seconds: 'Over, in seconds',
    maxAgeSeconds: 'Max age, seconds',
    maxMessages: 'Max messages',
    maxBytes: 'Max bytes',
    capacity: 'Data keys held at once',
  } satisfies Record<WishName, string>,
  contextsHint: 'Each tenant has an encryption context of its own, and so data keys of its own.',
  between: (least: number, most: number) =>
    `A whole number from ${least.toLocaleString('en')} to ${most.toLocaleString('en')}.`,
  key: 'KMS key',
  newKey: 'A new key, for this run only',
  disable: 'Disable the key half-way',
  disableHint: 'Does it stop everybody at once?',
  run: 'Run both',
  running: (percent: number) => `Running… ${percent} %`,
  as: (who: string, region: string) => `As ${who}, in ${region}.`,

  before: 'Run it: the picture shows which messages share a data key.',
  refused: 'The run could not begin',
  heads: { what: 'What', without: 'No cache', cached: 'Cache' },
  rows: {
    generate: 'GenerateDataKey',
    decrypt: 'Decrypt, to read them all',
    month: 'Requests for a month at this pace',
    messages: 'Messages that one data key opens',
    bytes: 'Bytes that one data key opens',
    seconds: 'One data key in use for',
    afterDisable: 'Encrypted after DisableKey',
    opened: 'Opened again, byte for byte',
    changed: 'A header changed to another tenant',
  },
  saves: 'What it saves',
  risks: 'What it costs in safety',
  proves: 'What stays true',
  usd: (cents: string) => `$${cents}`,
  size,
  span,
  times: (n: number) => n.toLocaleString('en'),
  opened: (n: number, all: number) => `${n.toLocaleString('en')} of ${all.toLocaleString('en')}`,
  sum(shown: Shown): string {
    const { without, cached, setting } = shown;
    const calls = (side: Shown['cached']) => many(side.generate, 'call', 'calls');
    return `${many(setting.messages, 'message', 'messages')}: ${calls(without)} of GenerateDataKey without a cache, ${calls(cached)} with one.`;
  },
  worst({ cached: { exposure } }: Shown): string {
    return exposure.messages <= 1
      ? 'No data key protects more than one message here: the cache saves nothing, and risks nothing.'
      : `Whoever takes one plaintext data key out of memory opens up to ${many(exposure.messages, 'message', 'messages')} (${size(exposure.bytes)}) of one tenant, without any call to KMS and so without any event in the trail.`;
  },
  refusedShort: 'refused',
  changed: (error: string) =>
    `A message whose header was changed to name another tenant does not open: KMS answered ${error}. The cache does not answer for another encryption context.`,
  late: ({ cached: { exposure } }: Shown) =>
    exposure.afterDisable === 0
      ? 'After DisableKey nothing more was encrypted.'
      : `${many(exposure.afterDisable, 'message was', 'messages were')} still encrypted after DisableKey, under data keys that were held already. A cache has to run out, or be emptied, before disabling a key stops it.`,
  agree: ({ cached, model }: Shown) =>
    cached.generate === model.generate && cached.decrypt === model.decrypt
      ? `The model of the cache, which the Bill counts with, made the same calls: ${many(model.generate, 'GenerateDataKey', 'GenerateDataKey')}, ${many(model.decrypt, 'Decrypt', 'Decrypt')}.`
      : `The model of the cache, which the Bill counts with, differs: ${model.generate} GenerateDataKey, ${model.decrypt} Decrypt. Please report it.`,

  strip: { without: 'Without a cache', cached: 'With the cache' },
  stripSaid: (n: number, keys: number, refused: number) =>
    `${many(n - refused, 'message', 'messages')} under ${many(keys, 'data key', 'data keys')}${refused > 0 ? `, ${refused.toLocaleString('en')} more refused` : ''}.`,
  stripLabel: (name: string, said: string) => `${name}. ${said} The table below says the same.`,
  tenant: (name: string) => `tenant ${name}`,
  axis: (seconds: number) => ['0 s', span(seconds)] as const,
  legend: {
    call: 'GenerateDataKey: KMS makes a data key',
    span: 'messages under one data key',
    refused: 'refused by KMS',
    disabled: 'DisableKey',
  },
  table: 'Data keys of the run with the cache',
  tableHeads: {
    key: 'Data key',
    tenant: 'Tenant',
    messages: 'Messages',
    from: 'First',
    to: 'Last',
    bytes: 'Bytes',
  },
  eventsTitle: (n: number) => `What KMS recorded with the cache (${many(n, 'event', 'events')})`,
  eventHeads: { time: 'Time', event: 'Event', context: 'Encryption context', error: 'Error' },
  publicKey: 'aws-crypto-public-key',
  eventsHint:
    'aws-crypto-public-key is put there by the SDK: with its default algorithm suite each data key comes with a signing key of its own, whose public half is bound to the message.',
  limitsFrom:
    'Limits and their order are those of @aws-crypto/cache-material 4.2.4, which runs here. Ages count in virtual time.',
} as const;
