import { refuse, type Refusal } from './model/index.ts';

export interface Tag {
  readonly TagKey: string;
  readonly TagValue: string;
}

/** FACTS.md "Tags". @param already how many other tags the key has. */
export function tagFault(tags: readonly Tag[], already = 0): Refusal | undefined {
  const because = 'FACTS.md tags';
  if (tags.some(({ TagKey }) => TagKey.toLowerCase().startsWith('aws:'))) {
    return refuse('TagException', 'Tags beginning with aws: are reserved', because);
  }
  if (new Set(tags.map(({ TagKey }) => TagKey)).size < tags.length) {
    return refuse('TagException', 'Duplicate tag keys', because);
  }
  return already + tags.length > 50 ? refuse('TagException', 'Too many tags', because) : undefined;
}

/** Condition keys of the tags in a request. */
export const tagKeys = (tags: readonly Tag[]): Readonly<Record<string, string | readonly string[]>> =>
  tags.length === 0
    ? {}
    : {
        'aws:TagKeys': tags.map(({ TagKey }) => TagKey),
        ...Object.fromEntries(tags.map(({ TagKey, TagValue }) => [`aws:RequestTag/${TagKey}`, TagValue])),
      };
