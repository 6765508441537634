import type { DifferenceFromAws } from '../../engine/index.ts';
import { areaNames, groups } from './words.ts';

export interface Area {
  readonly name: string;
  readonly entries: readonly DifferenceFromAws[];
}
export interface GroupOfAreas {
  readonly id: string;
  readonly name: string;
  readonly areas: readonly Area[];
  readonly count: number;
}

const isOperation = (area: string): boolean => /^[A-Z]/.test(area);

/** Where an area belongs: operations by their capital, others by the table, the rest on the way of every call. */
export const groupOf = (area: string): string =>
  isOperation(area) ? 'operations' : (groups.find(({ areas }) => areas?.includes(area))?.id ?? 'call');

const nameOf = (area: string): string => areaNames[area] ?? area;

/** Every word of the query stands in the text, the file or the area. */
export function matches({ area, file, text }: DifferenceFromAws, query: string): boolean {
  const where = `${area} ${nameOf(area)} src/${file} ${text}`.toLowerCase();
  return query
    .toLowerCase()
    .split(/\s+/)
    .every((word) => where.includes(word));
}

/** By group and area, in the order of the groups; empty groups are left out. */
export function grouped(list: readonly DifferenceFromAws[]): readonly GroupOfAreas[] {
  return groups.flatMap(({ id, name }) => {
    const own = list.filter(({ area }) => groupOf(area) === id);
    const areas = [...new Set(own.map(({ area }) => area))].sort((a, b) =>
      nameOf(a).localeCompare(nameOf(b)),
    );
    if (own.length === 0) return [];
    return [
      {
        id,
        name,
        count: own.length,
        areas: areas.map((area) => ({
          name: nameOf(area),
          entries: own.filter((one) => one.area === area),
        })),
      },
    ];
  });
}

/** A text in pieces, those that a word of the query hits marked. */
export function pieces(
  text: string,
  query: string,
): readonly { readonly text: string; readonly hit: boolean }[] {
  const found = query.split(/\s+/).filter((word) => word !== '');
  if (found.length === 0) return [{ text, hit: false }];
  const escaped = found.map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return text
    .split(new RegExp(`(${escaped.join('|')})`, 'i'))
    .map((piece, i) => ({ text: piece, hit: i % 2 === 1 }))
    .filter((piece) => piece.text !== '');
}

/** Marks begin in the middle of a comment; a page's sentence begins with a capital. */
export const sentence = (text: string): string =>
  /^[a-z]+[A-Z.]/.test(text) ? text : text.charAt(0).toUpperCase() + text.slice(1);
