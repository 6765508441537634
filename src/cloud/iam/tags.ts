import {
  isRefusal,
  ref,
  type ConditionKeys,
  type Operation,
  type Refusal,
  type Step,
} from '../../engine/index.ts';
import { pageOf, type PageInput } from '../pages.ts';
import { iam } from './declare.ts';
import { arnFor, entityKeys, isServiceLinked, nameIn, principal, type Named } from './entities.ts';
import { common, invalidInput, limitExceeded, unmodifiable } from './refusals.ts';

// https://docs.aws.amazon.com/IAM/latest/APIReference/API_TagUser.html and its like

export interface Tag {
  readonly Key: string;
  readonly Value: string;
}

/** IAM User Guide, reference_iam-quotas. */
const mostTags = 50;

export const tagsOf = (tags: Readonly<Record<string, string>>): readonly Tag[] =>
  Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));

/** OURS: the texts. IAM's tag keys are not told apart by case. */
export function tagsFault(tags: readonly Tag[]): Refusal | undefined {
  if (tags.some(({ Key }) => Key.toLowerCase().startsWith('aws:')))
    return invalidInput('Tag keys beginning with aws: are reserved.');
  const keys = new Set(tags.map(({ Key }) => Key.toLowerCase()));
  return keys.size < tags.length
    ? invalidInput('Duplicate tag keys found. Please note that Tag keys are case insensitive.')
    : undefined;
}

/** Condition keys of the tags in a request. */
export const requestTagKeys = (tags: readonly Tag[]): ConditionKeys =>
  tags.length === 0
    ? {}
    : {
        'aws:TagKeys': tags.map(({ Key }) => Key),
        ...Object.fromEntries(tags.map(({ Key, Value }) => [`aws:RequestTag/${Key}`, Value])),
      };

function operationsOf(kind: 'User' | 'Role'): readonly Operation[] {
  const on = (input: Named, step: Step) => arnFor(kind, nameIn(kind, input), step);
  const found = (input: Named, step: Step) => {
    const rec = principal(kind, nameIn(kind, input), step);
    return !isRefusal(rec) && isServiceLinked(rec.arn) ? unmodifiable(rec.name) : rec;
  };
  return [
    iam<Named & { readonly Tags: readonly Tag[] }>({
      name: `Tag${kind}`,
      refusals: common,
      on,
      context: (input, step) => ({
        ...entityKeys(kind, nameIn(kind, input), step),
        ...requestTagKeys(input.Tags),
      }),
      run(input, step) {
        const rec = found(input, step);
        const fault = isRefusal(rec) ? rec : tagsFault(input.Tags);
        if (fault || isRefusal(rec)) return fault;
        const tags: Record<string, string> = { ...rec.tags };
        for (const { Key, Value } of input.Tags) {
          const same = Object.keys(tags).find((key) => key.toLowerCase() === Key.toLowerCase());
          if (same !== undefined) delete tags[same];
          tags[Key] = Value;
        }
        if (Object.keys(tags).length > mostTags) return limitExceeded(`TagsPer${kind}`, mostTags);
        step.view.put(ref.principal(rec.arn), { ...rec, tags });
        return undefined;
      },
    }),
    iam<Named & { readonly TagKeys: readonly string[] }>({
      name: `Untag${kind}`,
      refusals: common,
      on,
      context: (input, step) => ({
        ...entityKeys(kind, nameIn(kind, input), step),
        ...(input.TagKeys.length > 0 ? { 'aws:TagKeys': input.TagKeys } : {}),
      }),
      run(input, step) {
        const rec = found(input, step);
        if (isRefusal(rec)) return rec;
        const gone = new Set(input.TagKeys.map((key) => key.toLowerCase()));
        const left = Object.entries(rec.tags ?? {}).filter(([key]) => !gone.has(key.toLowerCase()));
        step.view.put(ref.principal(rec.arn), {
          ...rec,
          tags: left.length > 0 ? Object.fromEntries(left) : undefined,
        });
        return undefined;
      },
    }),
    iam<Named & PageInput, object>({
      name: `List${kind}Tags`,
      readOnly: true,
      refusals: common,
      on,
      run(input, step) {
        const rec = principal(kind, nameIn(kind, input), step);
        if (isRefusal(rec)) return rec;
        const tags = tagsOf(rec.tags ?? {}).toSorted((a, b) => (a.Key < b.Key ? -1 : 1));
        const { page, members } = pageOf(tags, input, ({ Key }) => Key);
        return { Tags: page, ...members };
      },
    }),
  ];
}

export const tagOperations: readonly Operation[] = (['User', 'Role'] as const).flatMap(operationsOf);
