/*
 * What AWS asks for, as dated data that the user may change. USD.
 * Source: reference/pricing.json (2026, standard Regions; the page itself was not read live).
 */

/** How a request is charged. */
export const requestClasses = ['symmetric', 'rsa2048', 'otherAsymmetric', 'eccPair', 'rsaPair'] as const;
export type RequestClass = (typeof requestClasses)[number];

export interface RegionPrices {
  /** For 10,000 requests of each class. */
  readonly requests: Readonly<Record<RequestClass, number>>;
  /** For a customer managed key, or a replica, for a whole month. */
  readonly keyMonth: number;
  /** More for each of the first rotations of its material, for a whole month. */
  readonly rotationMonth: number;
  /** A CloudHSM for an hour: CloudHSM's bill, not KMS's. */
  readonly hsmHour: number;
}
export interface Prices extends RegionPrices {
  readonly asOf: string;
  readonly source: string;
  /** Rotations that add to the price of a key. */
  readonly pricedRotations: number;
  /** Requests of an account that cost nothing, each month, all Regions together. */
  readonly freeRequests: number;
  /** Where a Region asks for something else. */
  readonly regions: Readonly<Record<string, Partial<RegionPrices>>>;
}

export const requestUnit = 10_000;

export const listPrices: Prices = {
  asOf: '2026',
  source: 'KMS pricing page, standard Regions; prices of other Regions differ',
  // pricing.json staleWarning: ML-DSA, ML-KEM and Ed25519 are inferred.
  requests: { symmetric: 0.03, rsa2048: 0.03, otherAsymmetric: 0.15, eccPair: 0.1, rsaPair: 12 },
  keyMonth: 1,
  rotationMonth: 1,
  pricedRotations: 2,
  freeRequests: 20_000,
  // pricing.json customKeyStore: "about 1.45-1.60 per HSM-hour in us-east-1, unverified".
  hsmHour: 1.6,
  regions: {},
};

export const pricesIn = (prices: Prices, region: string): RegionPrices => {
  const own = prices.regions[region] ?? {};
  return { ...prices, ...own, requests: { ...prices.requests, ...own.requests } };
};

const asymmetric = /^(RSA_|ECC_|SM2|ML_)/;
/** pricing.json classes: the requests that a key pair makes dearer; management calls on it are ordinary ones. */
const usesPair: ReadonlySet<string> = new Set([
  'Sign',
  'Verify',
  'Encrypt',
  'Decrypt',
  'ReEncrypt',
  'GetPublicKey',
  'DeriveSharedSecret',
  'Encapsulate',
  'Decapsulate',
]);

/** @param spec of the key that is used, or of the data key pair that is made */
export function classOf(operation: string, spec: string | undefined): RequestClass {
  if (operation.startsWith('GenerateDataKeyPair')) {
    // OURS: pairs of SM2, and of specs newer than the page, as ECC.
    return spec?.startsWith('RSA_') ? 'rsaPair' : 'eccPair';
  }
  if (spec === undefined || !asymmetric.test(spec) || !usesPair.has(operation)) return 'symmetric';
  return spec === 'RSA_2048' ? 'rsa2048' : 'otherAsymmetric';
}

/** pricing.json freeTier "excluded". */
export const isFreeEligible = (request: RequestClass): boolean => request === 'symmetric';

/** Of one request, beyond the free tier. */
export const requestPrice = (prices: Prices, region: string, request: RequestClass): number =>
  pricesIn(prices, region).requests[request] / requestUnit;
