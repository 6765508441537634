import type { TemplateId } from '../api.ts';

/** Names alone, for lists: what they stand for is loaded when a world is made. */
const ids: readonly TemplateId[] = ['empty', 'oneAccount', 'twoAccounts', 'company'];

export const templateIdOf = (name: string | undefined): TemplateId | undefined =>
  ids.find((id) => id === name);
