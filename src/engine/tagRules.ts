import { refuse, type Refusal } from './model/index.ts';

export interface Tag {
  readonly TagKey: string;
  readonly TagValue: string;
}

/** quotas.json "tagsPerKey". */
export const tagsPerKey = 50;

/** FACTS.md "Tags": in any case of letters. */
export const reservedTag = (keys: readonly string[]): Refusal | undefined =>
  keys.some((key) => key.toLowerCase().startsWith('aws:'))
    ? refuse('TagException', 'Tags beginning with aws: are reserved', 'FACTS.md tags')
    : undefined;

/** FACTS.md "Tags". @param already how many other tags the key has. */
export function tagFault(tags: readonly Tag[], already = 0): Refusal | undefined {
  const because = 'FACTS.md tags';
  const reserved = reservedTag(tags.map(({ TagKey }) => TagKey));
  if (reserved) return reserved;
  if (new Set(tags.map(({ TagKey }) => TagKey)).size < tags.length) {
    return refuse('TagException', 'Duplicate tag keys', because);
  }
  return already + tags.length > tagsPerKey ? refuse('TagException', 'Too many tags', because) : undefined;
}

/** Condition keys of the tags in a request. */
export const tagKeys = (tags: readonly Tag[]): Readonly<Record<string, string | readonly string[]>> =>
  tags.length === 0
    ? {}
    : {
        'aws:TagKeys': tags.map(({ TagKey }) => TagKey),
        ...Object.fromEntries(tags.map(({ TagKey, TagValue }) => [`aws:RequestTag/${TagKey}`, TagValue])),
      };
