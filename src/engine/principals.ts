import { ref, type PrincipalArn, type Ref } from './model/index.ts';
import type { Step } from './operation.ts';

/** Whether a principal named in a policy is in this world; sessions exist when their role does. */
export const principalExists =
  ({ view }: Step) =>
  (arn: string): boolean => {
    const session = /^arn:([^:]+):sts::(\d{12}):assumed-role\/([^/]+)\/.+$/.exec(arn);
    if (!session) return view.get(ref.principal(arn as PrincipalArn)) !== undefined;
    const [, partition, account, role] = session;
    const prefix = `principal/arn:${partition}:iam::${account}:role/`;
    return (
      view.get(`${prefix}${role}` as Ref<'principal'>) !== undefined ||
      view.range('ref', { prefix, n: 1000 }).some(({ ref: at }) => at.endsWith(`/${role}`))
    );
  };
