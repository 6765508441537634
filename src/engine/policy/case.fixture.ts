import { decide, type AccessRequest, type Decision } from './index.ts';
import { ask, type Person } from './request.fixture.ts';

/* How a written case about the decision is put, and what is often expected. */

export interface Case {
  readonly fact: string;
  readonly title: string;
  readonly who: Person;
  readonly asks?: Partial<AccessRequest>;
  readonly expect: Partial<Pick<Decision, 'kind' | 'decidedBy' | 'because' | 'message'>>;
}

/** The differences between what a case says and what the engine decides. */
export function differences({ who, asks, expect: expected }: Case): readonly string[] {
  const decision = decide(ask(who, asks));
  const wrong: string[] = [];
  for (const name of ['kind', 'decidedBy', 'because', 'message'] as const) {
    const want = expected[name];
    if (want !== undefined && want !== decision[name])
      wrong.push(`${name}: wanted ${want}, got ${decision[name]}`);
  }
  return wrong;
}

export const allowed = (decidedBy: Decision['decidedBy']) =>
  ({ kind: 'allow', decidedBy, message: '' }) as const;
export const denied = (decidedBy: Decision['decidedBy']) => ({ kind: 'explicitDeny', decidedBy }) as const;
export const lacks = (decidedBy: Decision['decidedBy']) => ({ kind: 'implicitDeny', decidedBy }) as const;
export const silentKey = lacks('keyPolicy');
export const silentIam = lacks('identityPolicy');
export const hiddenText =
  'because the resource does not exist in this Region, no resource-based policies allow access, ' +
  'or a resource-based policy explicitly denies access';
