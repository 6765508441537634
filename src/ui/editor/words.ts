/** Words of the editor of policies and of code. */
export const editorWords = {
  views: { text: 'JSON', form: 'Statements', both: 'Side by side' },
  viewsLabel: 'How the document is shown',
  loading: 'The editor is loading.',
  escape: 'Tab leaves the editor. Ctrl+Space lists what may stand here, F8 goes to the next finding.',
  goTo: 'Show in the text',
  goToPlace: (line: number, column: number) => `${line}:${column}, show in the text`,
  broken: (line: number, column: number, why: string) =>
    `Not JSON yet, line ${line}, column ${column}: ${why}.`,
  reads: 'The JSON reads.',
  findings: (n: number) => (n === 1 ? '1 finding' : `${n} findings`),
  noFindings: 'The linter has nothing to say.',

  form: {
    none: 'This document has no statements yet.',
    noObject: 'A policy is a JSON object: this text is another value.',
    brokenTitle: 'The statements cannot be shown while the text is not JSON.',
    statements: 'Statements',
    statement: (n: number) => `Statement ${n}`,
    add: 'Add a statement',
    up: 'Move up',
    down: 'Move down',
    copy: 'Duplicate',
    remove: 'Remove',
    sid: 'Sid, a name for people',
    effect: 'Effect',
    who: 'Principal',
    what: 'Action',
    on: 'Resource',
    except: 'All except these',
    only: 'Only these',
    mode: (of: string) => `${of}: only these, or all except these`,
    everybody: 'Everybody',
    type: 'Kind of principal',
    value: (of: string, n: number) => `${of} ${n}`,
    addValue: (of: string) => `Add to ${of}`,
    addElement: (of: string) => `Add ${of}`,
    removeValue: (of: string, n: number) => `Remove ${of} ${n}`,
    removeElement: (of: string) => `Take out ${of}`,
    condition: 'Condition',
    conditions: 'Only when all of these hold',
    addCondition: 'Add a condition',
    operator: 'Operator',
    key: 'Condition key',
    values: 'Value',
    removeCondition: (n: number) => `Remove condition ${n}`,
    other: (name: string) => `${name} is kept as it stands in the text. The form cannot show it.`,
    version: 'Version',
    more: 'Add',
    nameSomebody: 'Name somebody',
    aService: 'Service',
    aPrincipal: 'Account, user or role',
    draft: 'In the document as soon as it has a value.',
  },

  diff: {
    label: (before: string, after: string) => `${before} → ${after}`,
    same: 'No line differs.',
    counts: (removed: number, added: number) =>
      `${removed === 1 ? '1 line' : `${removed} lines`} out, ${added === 1 ? '1 line' : `${added} lines`} in`,
    whole: 'All lines',
    folded: (n: number) => `${n} lines, the same`,
    sign: { same: ' ', removed: '−', added: '+' },
    fate: { removed: 'out: ', added: 'in: ' },
  },

  completion: {
    covers: (n: number) => (n === 1 ? '1 action' : `${n} actions`),
    asked: (on: 'key' | 'alias' | '*', across: boolean) =>
      `${on === 'key' ? 'on a key' : on === 'alias' ? 'on an alias' : 'on the account'}${across ? ', also from other accounts' : ''}`,
    operator: (name: string) =>
      name === 'Null'
        ? 'is the key absent?'
        : name.includes('Not')
          ? 'holds also when the key is absent'
          : name.endsWith('Like')
            ? '* and ? in the value'
            : '',
    ifExists: 'holds when the key is absent',
    set: {
      ForAnyValue: 'one of the request’s values fits',
      ForAllValues: 'each of the request’s values fits, or there is none',
    },
    key: (type: string, multi: boolean) => `${type}${multi ? ', several values' : ''}`,
    account: (own: boolean) => (own ? 'this account' : 'another account'),
    everybody: 'everybody',
    service: 'service',
    thisKey: 'this key',
    everything: 'everything',
    element: {
      NotPrincipal: 'everybody but these',
      NotAction: 'all actions but these',
      NotResource: 'all resources but these',
      AWS: 'accounts, users, roles, sessions',
      Service: 'services of AWS',
    } as Readonly<Record<string, string>>,
  },
} as const;
