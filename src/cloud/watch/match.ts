import type { TrailEvent } from '../../engine/index.ts';
import { isSeenFromOutside, principalOf } from '../cloudtrail/who.ts';

/* A pattern for records, as data: that of a metric filter, or of a rule of EventBridge. All members must hold. */

export interface Pattern {
  readonly names?: readonly string[] | undefined;
  /** `AccessDeniedException`; `any`: refused, whatever the reason. */
  readonly errors?: readonly string[] | 'any' | undefined;
  /** A part of the error message. */
  readonly errorText?: string | undefined;
  /** By whom: root users, callers of other accounts. */
  readonly by?: 'root' | 'otherAccount' | undefined;
  /** Not by these: parts of a principal's ARN or a service's name. */
  readonly notBy?: readonly string[] | undefined;
  /** The request gives the key to everybody. */
  readonly policy?: 'public' | undefined;
  readonly outcome?: 'ok' | undefined;
}

export function matches(event: TrailEvent, pattern: Pattern): boolean {
  const { names, errors, errorText, by, notBy, policy, outcome } = pattern;
  if (names && !names.includes(event.eventName)) return false;
  if (outcome === 'ok' && event.errorCode !== undefined) return false;
  if (errors === 'any' && event.errorCode === undefined) return false;
  if (errors !== undefined && errors !== 'any' && !errors.includes(event.errorCode ?? '')) return false;
  if (errorText !== undefined && !(event.errorMessage ?? '').includes(errorText)) return false;
  if (by === 'root' && event.userIdentity['type'] !== 'Root') return false;
  if (by === 'otherAccount' && !isSeenFromOutside(event)) return false;
  if (notBy?.some((part) => principalOf(event).includes(part))) return false;
  return policy === undefined || opensToAll(event.requestParameters?.['policy']);
}

/** A statement that allows everybody something, under no condition. */
export function opensToAll(policy: unknown): boolean {
  if (typeof policy !== 'string') return false;
  let document: { readonly Statement?: unknown };
  try {
    document = JSON.parse(policy) as { readonly Statement?: unknown };
  } catch {
    return false;
  }
  const statements = Array.isArray(document.Statement) ? document.Statement : [document.Statement];
  return statements.some((one: unknown) => {
    const { Effect, Principal, Condition } = (one ?? {}) as Readonly<Record<string, unknown>>;
    const named =
      typeof Principal === 'object' && Principal !== null
        ? (Principal as Readonly<Record<string, unknown>>)['AWS']
        : Principal;
    const all = Array.isArray(named) ? named.includes('*') : named === '*';
    return Effect === 'Allow' && all && Condition === undefined;
  });
}
