import type { PermissionQuestion } from '../../../client/index.ts';
import type { AccountId, KeyArn } from '../../../engine/index.ts';
import type { Pair } from '../../parts/pair.ts';

/** By what way and with what a call would come: what the fields of the simulator hold. Empty: as it usually is. */
export interface Circumstances {
  sourceIp: string;
  vpcEndpoint: string;
  mfa: '' | 'yes';
  viaService: string;
  sourceArn: string;
  sourceAccount: string;
  /** ISO 8601; empty: the world's clock. */
  time: string;
  encryptionContext: Pair[];
  others: Pair[];
}
export const usualCircumstances = (): Circumstances => ({
  sourceIp: '',
  vpcEndpoint: '',
  mfa: '',
  viaService: '',
  sourceArn: '',
  sourceAccount: '',
  time: '',
  encryptionContext: [],
  others: [],
});

/** How many of them are not as usual. */
export const unusual = (c: Circumstances): number =>
  [c.sourceIp, c.vpcEndpoint, c.mfa, c.viaService, c.sourceArn, c.sourceAccount, c.time].filter(
    (one) => one !== '',
  ).length + [...c.encryptionContext, ...c.others].filter(({ name }) => name !== '').length;

/** As `Principal: { "Service": … }` writes it. */
export const isServiceName = (principal: string): boolean =>
  /^[a-z0-9-]+(\.[a-z0-9-]+)*\.amazonaws\.com(\.cn)?$/.test(principal);

/** A value with a comma is several, for keys that hold lists: `kms:EncryptionContextKeys`. */
function contextOf({
  encryptionContext,
  others,
  time,
}: Circumstances): Record<string, string | readonly string[]> {
  const pairs = encryptionContext.filter(({ name }) => name !== '');
  const context: Record<string, string | readonly string[]> = {};
  for (const { name, value } of pairs) context[`kms:EncryptionContext:${name}`] = value;
  if (pairs.length > 0) context['kms:EncryptionContextKeys'] = pairs.map(({ name }) => name);
  const at = time === '' ? Number.NaN : Date.parse(time);
  if (!Number.isNaN(at)) {
    context['aws:CurrentTime'] = new Date(at).toISOString();
    context['aws:EpochTime'] = String(Math.floor(at / 1000));
  }
  for (const { name, value } of others) {
    if (name !== '') context[name] = value.includes(',') ? value.split(',').map((one) => one.trim()) : value;
  }
  return context;
}

/** The question that the fields put. */
export function questionOf(
  key: KeyArn,
  principal: string,
  action: string,
  c: Circumstances,
  keyPolicy: string | undefined,
): PermissionQuestion {
  return {
    key,
    principal,
    action,
    context: contextOf(c),
    ...(c.sourceIp ? { sourceIp: c.sourceIp } : {}),
    ...(c.vpcEndpoint ? { vpcEndpoint: c.vpcEndpoint } : {}),
    ...(c.mfa ? { mfa: true } : {}),
    ...(c.viaService ? { viaService: c.viaService } : {}),
    ...(isServiceName(principal) && c.sourceArn ? { sourceArn: c.sourceArn } : {}),
    // Chosen from the world's accounts.
    ...(isServiceName(principal) && c.sourceAccount ? { sourceAccount: c.sourceAccount as AccountId } : {}),
    ...(keyPolicy === undefined ? {} : { keyPolicy }),
  };
}
