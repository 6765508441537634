import { cellOf, keySpecNames, keySpecs, operations, operationsWithStates } from '../client/index.ts';

/** A table to print, read from the tables that the engine itself decides by: it cannot say anything else. */
export interface Sheet {
  readonly id: 'states' | 'accounts' | 'exceptions' | 'keys';
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

const states = [
  'Enabled',
  'Disabled',
  'PendingDeletion',
  'PendingImport',
  'PendingReplicaDeletion',
  'Unavailable',
  'Creating',
  'Updating',
] as const;

const cell = (operation: string, state: (typeof states)[number]): string => {
  const found = cellOf(operation, state);
  if (found === undefined || found === 'n/a') return '–';
  if (found === 'ok') return 'yes';
  if ('conditional' in found) return 'depends';
  return found.refused.map((name) => name.replace('Exception', '')).join(', ');
};

export function makeSheets(): readonly Sheet[] {
  const all = [...operations].sort((a, b) => (a.name < b.name ? -1 : 1));
  return [
    {
      id: 'states',
      head: ['Operation', ...states],
      rows: [...operationsWithStates]
        .sort()
        .map((name) => [name, ...states.map((state) => cell(name, state))]),
    },
    {
      id: 'accounts',
      head: ['Operation', 'Across accounts', 'Plane', 'CloudTrail readOnly'],
      rows: all.map((o) => [
        o.name,
        o.worksAcrossAccounts ? 'yes' : 'no',
        o.plane,
        o.readOnly ? 'true' : 'false',
      ]),
    },
    {
      id: 'exceptions',
      head: ['Operation', 'Refusals of its own'],
      rows: all.filter((o) => o.refusals.length > 0).map((o) => [o.name, o.refusals.join(', ')]),
    },
    {
      id: 'keys',
      head: ['Key spec', 'Kind', 'Usages', 'Algorithms', 'Importable'],
      rows: keySpecNames.map((name) => {
        const spec = keySpecs[name];
        const algorithms = [spec.encryption, spec.signing, spec.mac, spec.agreement, spec.encapsulation];
        return [
          name,
          spec.class,
          spec.usages.join(', '),
          algorithms.flatMap((list) => list ?? []).join(', '),
          spec.importable ? 'yes' : 'no',
        ];
      }),
    },
  ];
}
