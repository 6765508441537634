import {
  tableOf,
  type Diff,
  type GrantRec,
  type KeyRec,
  type KeyStoreRec,
  type MaterialRec,
  type OrganizationRec,
  type OrgNodeRec,
  type OrgPolicyRec,
  type VpcEndpointRec,
} from '../../engine/index.ts';

/**
 * The names of what a step made, in an order that is the same whenever the same step is made again: they are random, and a
 * later step that uses one must use the new one.
 */
export const namesOf = (diff: Diff): readonly string[] =>
  diff.flatMap(({ ref, before, after }) => {
    if (before || !after) return [];
    switch (tableOf(ref)) {
      case 'key':
        return [(after as KeyRec).arn, (after as KeyRec).key];
      case 'grant':
        return [(after as GrantRec).grantId];
      case 'keyStore':
        return [(after as KeyStoreRec).id];
      case 'material':
        return [(after as MaterialRec).materialId];
      case 'organization':
        return [(after as OrganizationRec).id, (after as OrganizationRec).root];
      case 'orgNode': {
        const { id, kind } = after as OrgNodeRec;
        return kind === 'organizationalUnit' ? [id] : [];
      }
      case 'orgPolicy':
        return [(after as OrgPolicyRec).id];
      case 'vpcEndpoint':
        return [(after as VpcEndpointRec).id];
      default:
        return [];
    }
  });
