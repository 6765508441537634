/** How many characters of an ARN always stay (look §7). */
const tail = 12;

/** The two halves of an ARN or id: the first may shrink with an ellipsis, the second never does. */
export function middleCut(text: string, keep: number = tail): readonly [head: string, tail: string] {
  if (text.length <= keep) return ['', text];
  return [text.slice(0, -keep), text.slice(-keep)];
}

/** A key id in a list: first 8, last 4; `mrk-` stays. */
export function shortId(id: string): string {
  if (id.length <= 16) return id;
  return `${id.slice(0, 8)}…${id.slice(-4)}`;
}

/** A material identifier in a sentence: first 4, last 4. */
export const shortMaterial = (id: string): string =>
  id.length <= 12 ? id : `${id.slice(0, 4)}…${id.slice(-4)}`;

/** `1111-2222-3333`: in the principal switch only. */
export const grouped = (account: string): string => account.replace(/^(\d{4})(\d{4})(\d{4})$/, '$1-$2-$3');

/** `app-writer` of `arn:aws:iam::111122223333:role/app-writer` and of a session's ARN; `root` stays. */
export function callerName(arn: string): string {
  const resource = arn.split(':').slice(5).join(':');
  if (!resource) return arn;
  const parts = resource.split('/');
  if (parts[0] === 'assumed-role') return parts[1] ?? resource;
  return parts.at(-1) ?? resource;
}

/** The part of a key or alias ARN that a list shows. */
export function resourceName(arn: string): string {
  const resource = arn.split(':').slice(5).join(':');
  if (!resource) return arn;
  return resource.startsWith('key/') ? `key ${shortId(resource.slice(4))}` : resource;
}

/** base64 in a line: first 12, last 8. */
export const shortBase64 = (text: string): string =>
  text.length <= 24 ? text : `${text.slice(0, 12)}…${text.slice(-8)}`;
