import type { CloudTrailRec, MetricFilterRec, TrailEvent } from '../../engine/index.ts';
import { forAlarms, isDelivered } from '../cloudtrail/delivery.ts';
import { timeOf } from '../cloudtrail/who.ts';
import type { Metric } from './alarmStates.ts';
import { isFilterFault, readLogFilter } from './filterPattern.ts';

/*
 * The metrics that KMS publishes, and those that metric filters make: values in virtual time, read from the records of the
 * trail. KMS Developer Guide, "Monitor KMS keys with Amazon CloudWatch".
 */

export const kmsNamespace = 'AWS/KMS';

/** Names and dimensions as KMS has them. */
export const kmsMetrics = [
  { name: 'SecondsUntilKeyMaterialExpiration', dimension: 'KeyId', of: 'key', statistic: 'Minimum' },
  { name: 'ExternalKeyStoreThrottle', dimension: 'CustomKeyStoreId', of: 'store', statistic: 'Sum' },
  { name: 'XksProxyErrors', dimension: 'CustomKeyStoreId', of: 'store', statistic: 'Sum' },
  { name: 'XksProxyCredentialAge', dimension: 'CustomKeyStoreId', of: 'store', statistic: 'Maximum' },
  { name: 'XksExternalKeyManagerStates', dimension: 'CustomKeyStoreId', of: 'store', statistic: 'Sum' },
] as const;
export type KmsMetricName = (typeof kmsMetrics)[number]['name'];

/** OURS: a proxy here has neither a clock of its own nor a certificate, so of these two there is nothing to tell. */
export const metricsWithoutSource = ['XksProxyLatency', 'XksProxyCertificateDaysToExpire'] as const;

/** What a metric is read from. */
export interface MetricSources {
  /** Oldest first, of one account and Region or of all. */
  readonly events: readonly TrailEvent[];
  readonly now: number;
  readonly filters?: readonly MetricFilterRec[] | undefined;
  readonly trails?: readonly CloudTrailRec[] | undefined;
  /** Whether what stands behind an external key store answers, by its id; now. */
  readonly answers?: ReadonlyMap<string, boolean> | undefined;
}
export interface MetricId {
  readonly account: string;
  readonly region: string;
  readonly namespace: string;
  readonly metric: string;
  readonly dimensions: Readonly<Record<string, string>>;
}
export interface MetricReading {
  readonly values: Metric;
  /** The records behind the values of a period; none where a value is not a count of records. */
  readonly eventsIn: (from: number, to: number) => readonly TrailEvent[];
}

const nothing: MetricReading = { values: () => [], eventsIn: () => [] };
const day = 86_400_000;

export function metricReading(id: MetricId, sources: MetricSources): MetricReading {
  const events = sources.events.filter(
    ({ recipientAccountId, awsRegion }) => recipientAccountId === id.account && awsRegion === id.region,
  );
  const own = { ...sources, events };
  return id.namespace === kmsNamespace ? ofKms(id, own) : ofFilters(id, own);
}

/** Counts of records, each with a value. */
function counted(found: readonly { readonly event: TrailEvent; readonly value: number }[]): MetricReading {
  const times = found.map(({ event }) => timeOf(event));
  // Oldest first, so the first of a period is found by halving.
  const place = (time: number): number => {
    let [low, high] = [0, times.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((times[middle] ?? 0) < time) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  const between = (from: number, to: number) => found.slice(place(from), place(to));
  return {
    values: (from, to) => between(from, to).map(({ value }) => value),
    eventsIn: (from, to) => between(from, to).map(({ event }) => event),
  };
}

/**
 * OURS: the log group of this name has what alarms can read (cloudtrail/delivery.ts), without that CloudTrail writes into
 * it: CloudWatchLogsLogGroupArn is not simulated. The name is the one that the console proposes first.
 */
export const trailLogGroup = 'aws-cloudtrail-logs';

function ofFilters({ account, region, namespace, metric }: MetricId, sources: MetricSources): MetricReading {
  const found = (sources.filters ?? [])
    .filter((one) => one.account === account && one.region === region)
    .filter((one) => one.namespace === namespace && one.metric === metric)
    .flatMap((filter) => {
      const matches = readLogFilter(filter.pattern);
      if (filter.logGroup !== trailLogGroup || isFilterFault(matches)) return [];
      return (
        forAlarms(sources.trails ?? [], sources.events)
          // Metric filters do not look back (CloudWatch Logs User Guide, "Creating metrics from log events using filters").
          .filter((event) => timeOf(event) >= Math.floor(filter.created / 1000) * 1000)
          .filter((event) => isDelivered(event, sources.now) && matches(event))
          .map((event) => ({ event, value: filter.value }))
      );
    });
  return counted(found.toSorted((a, b) => timeOf(a.event) - timeOf(b.event)));
}

function ofKms({ metric, dimensions }: MetricId, sources: MetricSources): MetricReading {
  const store = dimensions['CustomKeyStoreId'] ?? '';
  switch (metric as KmsMetricName) {
    case 'SecondsUntilKeyMaterialExpiration':
      return untilExpiration(dimensions['KeyId'] ?? '', sources);
    case 'ExternalKeyStoreThrottle':
      return ofStore(store, sources, ({ errorCode }) => errorCode === 'ThrottlingException');
    case 'XksProxyErrors':
      // Whatever a proxy answers or not, KMS says as one exception (conformance FACTS.md, external key stores).
      return ofStore(store, sources, ({ errorCode }) => errorCode === 'KMSInvalidStateException');
    case 'XksProxyCredentialAge':
      return credentialAge(store, sources);
    case 'XksExternalKeyManagerStates':
      return managerStates(store, sources);
    default:
      return nothing;
  }
}

const textIn = (members: Readonly<Record<string, unknown>> | null, name: string): string | undefined => {
  const value = members?.[name];
  return typeof value === 'string' ? value : undefined;
};
const isAbout = ({ resources }: TrailEvent, key: string): boolean =>
  resources.some(({ ARN }) => ARN === key || ARN.endsWith(`/${key}`));

/** While there is material that expires: from its import until it is gone. */
function untilExpiration(key: string, { events, now }: MetricSources): MetricReading {
  const stretches: { from: number; to: number; expires: number }[] = [];
  for (const event of events) {
    if (event.errorCode !== undefined || !/KeyMaterial$|^DeleteKey$/.test(event.eventName)) continue;
    if (!isAbout(event, key)) continue;
    const at = timeOf(event);
    const last = stretches.at(-1);
    if (last && last.to > at) last.to = at;
    const validTo = Date.parse(textIn(event.requestParameters, 'validTo') ?? '');
    if (event.eventName === 'ImportKeyMaterial' && !Number.isNaN(validTo))
      stretches.push({ from: at, to: Infinity, expires: validTo });
  }
  return {
    ...nothing,
    values: (from, to) => {
      const end = Math.min(to, now);
      const one = stretches.findLast((stretch) => stretch.from <= end && stretch.to > from);
      if (!one) return [];
      // The smallest of the period, and the largest.
      const left = (time: number): number => Math.max(0, Math.floor((one.expires - time) / 1000));
      return [left(Math.min(end, one.to)), left(Math.max(from, one.from))];
    },
  };
}

/** Cryptographic calls on keys of an external key store. */
function ofStore(
  store: string,
  { events }: MetricSources,
  counts: (event: TrailEvent) => boolean,
): MetricReading {
  const keys = new Set(
    events
      .filter(({ eventName, requestParameters, errorCode }) => {
        const made = eventName === 'CreateKey' && errorCode === undefined;
        return made && textIn(requestParameters, 'customKeyStoreId') === store;
      })
      .flatMap(({ resources }) => resources.map(({ ARN }) => ARN)),
  );
  // What KMS publishes does not wait for the trail.
  const found = events.filter(
    (event) => counts(event) && event.readOnly && event.resources.some(({ ARN }) => keys.has(ARN)),
  );
  return counted(found.map((event) => ({ event, value: 1 })));
}

/**
 * Days since the credential was given to the store, whole ones.
 * OURS: a record never has a credential (cloudtrail.json rules), so an update that shows no other member counts as one of it.
 */
function credentialAge(store: string, { events, now }: MetricSources): MetricReading {
  const given = events
    .filter(({ eventName, errorCode, requestParameters, responseElements }) => {
      if (errorCode !== undefined) return false;
      if (eventName === 'CreateCustomKeyStore') return textIn(responseElements, 'customKeyStoreId') === store;
      return (
        eventName === 'UpdateCustomKeyStore' &&
        textIn(requestParameters, 'customKeyStoreId') === store &&
        Object.keys(requestParameters ?? {}).length === 1
      );
    })
    .map(timeOf);
  return {
    ...nothing,
    values: (from, to) => {
      const end = Math.min(to, now);
      const last = given.findLast((time) => time <= end);
      return last === undefined || from > now ? [] : [Math.floor((end - last) / day)];
    },
  };
}

/**
 * How many instances of the external key manager are active.
 * OURS: a proxy stands for one, and what it was like before now is not kept.
 */
function managerStates(store: string, { answers, now }: MetricSources): MetricReading {
  const active = answers?.get(store);
  return {
    ...nothing,
    values: (from, to) => (active === undefined || from > now || to <= now ? [] : [active ? 1 : 0]),
  };
}
