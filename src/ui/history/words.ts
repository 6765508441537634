import { beginning } from '../../client/index.ts';
import type { FieldChange, HistoryEntry, HistoryGroup, RecordChange } from '../../client/index.ts';
import { callerName, resourceName, shortId } from '../format/text.ts';
import { day, utc } from '../format/time.ts';
import { size } from '../format/bytes.ts';

/* Sentences about the journal: what was done, and what it changed. Made from entries and records alone. */

/** What a key or alias is called, when a list knows it. */
export type NameOf = (idOrArn: string) => string;

const member = (input: unknown, name: string): string | undefined => {
  if (typeof input !== 'object' || input === null) return undefined;
  const value = (input as Readonly<Record<string, unknown>>)[name]; // an object, by the line above
  return typeof value === 'string' ? value : undefined;
};

const named = [
  'AliasName',
  'KeyId',
  'TargetKeyId',
  'CustomKeyStoreName',
  'CustomKeyStoreId',
  'Description',
  // Of alarms, rules of EventBridge and trails.
  'AlarmName',
  'Rule',
  'Name',
];

/** What an entry's call was about: an alias, a key, a date. */
function about(input: unknown, nameOf: NameOf): string {
  for (const name of named) {
    const value = member(input, name);
    if (value === undefined || value === '') continue;
    return name === 'KeyId' || name === 'TargetKeyId' ? nameOf(value) : value;
  }
  return '';
}

const externalKeyNow: Readonly<Record<string, string>> = {
  enabled: 'enabled',
  disabled: 'disabled',
  absent: 'deleted',
  unsuitable: 'set to another use',
};

/** Steps of the lab that are no calls of AWS's. */
function ofTheLab(operation: string, input: unknown): string | undefined {
  switch (operation) {
    case 'lab:Genesis':
      return 'world made';
    case 'lab:Advance':
      return advanced(input);
    case 'lab:SetSwitches':
      return 'switches changed';
    case 'lab:SetBacking':
      return `what stands behind ${member(input, 'id') ?? 'a key store'} changed`;
    case 'lab:SetExternalKey':
      return `external key ${member(input, 'id') ?? ''}: ${externalKeyNow[member(input, 'state') ?? ''] ?? 'changed'}`;
    case 'lab:SetClock':
      return member(input, 'mode') === 'frozen' ? 'clock frozen' : 'clock set running';
    default:
      return operation.startsWith('lab:') ? operation.slice(4) : undefined;
  }
}

function advanced(input: unknown): string {
  if (typeof input !== 'object' || input === null) return 'clock advanced';
  const by = input as Readonly<Record<string, unknown>>; // an object, by the line above
  if (typeof by['to'] === 'number') return `clock advanced to ${day(by['to'])}`;
  if (by['next'] === 'due') return 'clock advanced to what was due';
  const parts = (['days', 'hours', 'seconds'] as const).flatMap((unit) =>
    typeof by[unit] === 'number' && by[unit] !== 0
      ? [`${by[unit]} ${by[unit] === 1 ? unit.slice(0, -1) : unit}`]
      : [],
  );
  return parts.length > 0 ? `clock advanced by ${parts.join(' ')}` : 'clock advanced';
}

/** What a template did, in one line. */
export const templateWords: EntryWords = {
  title: 'filled from its template',
  about: '',
  who: '',
  isOperation: false,
};

export interface EntryWords {
  /** AWS's operation name, or ours in lower case. */
  readonly title: string;
  /** A machine's name: written in mono. */
  readonly isOperation: boolean;
  readonly about: string;
  readonly who: string;
}

const movesWords = { undo: 'undone, back to', redo: 'done again, on to', goTo: 'gone to' } as const;

export function entryWords(entry: HistoryEntry, nameOf: NameOf): EntryWords {
  const { call, travel } = entry;
  if (travel)
    return { title: `${movesWords[travel.kind]} step ${travel.to}`, isOperation: false, about: '', who: '' };
  const ours = ofTheLab(call.operation, call.input);
  return {
    title: ours ?? call.operation,
    isOperation: ours === undefined,
    about: ours === undefined ? about(call.input, nameOf) : '',
    who: ours === undefined ? callerName(call.principal) : '',
  };
}

/** The entry that a group is called after: its first that changed something. */
export const leading = (group: HistoryGroup): HistoryEntry | undefined =>
  group.entries.find((entry) => !entry.readOnly) ?? group.entries[0];

/** `DisableKey alias/payroll and 2 more steps`. */
export function groupWords(group: HistoryGroup, nameOf: NameOf, more: (n: number) => string): string {
  const entry = leading(group);
  if (!entry) return '';
  if (group.group === beginning) return templateWords.title;
  const { title, about } = entryWords(entry, nameOf);
  const others = group.entries.filter((e) => e !== entry && !e.readOnly).length;
  return [title, about, others > 0 ? more(others) : ''].filter(Boolean).join(' ');
}

const tableNames: Readonly<Record<string, string>> = {
  world: 'Settings of the world',
  clock: 'Clock',
  account: 'Account',
  principal: 'Principal',
  identityPolicy: 'Identity policy',
  credential: 'Access key',
  domainKey: 'Domain key',
  key: 'KMS key',
  material: 'Key material',
  multiRegion: 'Multi-Region set',
  rotation: 'Rotation',
  grant: 'Grant',
  keyStore: 'Custom key store',
  backing: 'Behind the key store',
  externalKey: 'External key',
  keyPolicy: 'Key policy',
  tag: 'Tag',
  alias: 'Alias',
  usage: 'Last use',
  bucket: 'Request quota left',
  counter: 'Counter',
  quota: 'Request quota',
};

/** A table that this page does not know yet is called as the engine calls it, in words. */
export const tableName = (table: string): string =>
  tableNames[table] ?? table.replace(/([A-Z])/g, ' $1').toLowerCase();

/** Bookkeeping: what every call moves, and what nobody undoes a step for. */
export const isBookkeeping = (change: RecordChange): boolean =>
  ['bucket', 'usage', 'counter', 'domainKey', 'credential'].includes(change.table);

/** Which record: the end of its ref, as short as it can be told apart. */
export function recordName(change: RecordChange, nameOf: NameOf): string {
  const rec = change.after ?? change.before ?? {};
  const text = (name: string) => (typeof rec[name] === 'string' ? String(rec[name]) : undefined);
  switch (change.table) {
    case 'world':
    case 'clock':
      return '';
    case 'key':
      return nameOf(text('arn') ?? change.ref);
    case 'alias':
      return text('alias') ?? change.ref;
    case 'tag':
      return [text('TagKey'), nameOf(text('key') ?? '')].filter(Boolean).join(', ');
    case 'material':
      return [
        nameOf(text('key') ?? ''),
        rec['version'] === undefined ? '' : `version ${String(rec['version'])}`,
      ]
        .filter(Boolean)
        .join(', ');
    case 'grant':
      return [shortId(text('grantId') ?? ''), nameOf(text('key') ?? '')].filter(Boolean).join(', ');
    case 'account':
      return text('account') ?? change.ref;
    case 'principal':
      return callerName(text('arn') ?? change.ref);
    case 'identityPolicy':
      return [text('name'), callerName(text('principal') ?? '')].filter(Boolean).join(', ');
    case 'keyStore':
      return text('name') ?? change.ref;
    case 'bucket':
      return [text('bucket'), text('region')].filter(Boolean).join(', ');
    case 'counter':
      return text('name') ?? change.ref;
    case 'domainKey':
      return text('region') ?? change.ref;
    default: {
      const key = text('key');
      return key?.startsWith('arn:') ? nameOf(key) : (change.ref.split('/').at(-1) ?? change.ref);
    }
  }
}

const isDate = (path: string): boolean =>
  /(Date|^at|\.at|next|ends|started|settles|expires|visible|created)$/.test(path);

/** A value as a person reads it: dates in UTC, bytes as their length, long texts shortened. */
export function valueWords(value: unknown, path: string): string {
  if (value === undefined || value === null) return 'none';
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (typeof value === 'number')
    return isDate(path) && value > 1e11 ? utc(value) : value.toLocaleString('en-US');
  if (typeof value === 'string') {
    const named = value.startsWith('arn:') ? resourceName(value) : value;
    return named.length > 60 ? `${named.slice(0, 40)}… (${named.length} characters)` : named || 'empty';
  }
  if (value instanceof Uint8Array) return size(value.length);
  if (typeof value === 'object' && 'byteLength' in value && typeof value.byteLength === 'number')
    return size(value.byteLength);
  if (Array.isArray(value))
    return value.length === 0 ? 'none' : value.map((v) => valueWords(v, path)).join(', ');
  const text = JSON.stringify(value);
  return text.length > 80 ? `${text.slice(0, 60)}…` : text;
}

/** Members whose new text is shown line by line instead of as one value. */
export const isDocument = (field: FieldChange): boolean => field.path === 'document';
