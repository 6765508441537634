/** A decimal number, as Numeric operators read it. */
export function readNumber(text: string): number | undefined {
  return /^[+-]?\d+(\.\d+)?([eE][+-]?\d+)?$/.test(text) ? Number(text) : undefined;
}

const iso8601 = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2}))?$/;

/** ISO 8601 or seconds since 1970 (conditions.json, "Date"), as milliseconds. */
export function readDate(text: string): number | undefined {
  if (/^-?\d+(\.\d+)?$/.test(text)) return Number(text) * 1000;
  if (!iso8601.test(text)) return undefined;
  const at = Date.parse(text);
  return Number.isNaN(at) ? undefined : at;
}

function readIpv4(text: string): readonly number[] | undefined {
  const parts = text.split('.');
  if (parts.length !== 4 || !parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) < 256))
    return undefined;
  return parts.map(Number);
}

function readIpv6(text: string): readonly number[] | undefined {
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const groups = (half: string): number[] | undefined => {
    if (half === '') return [];
    const bytes: number[] = [];
    const parts = half.split(':');
    for (const [i, part] of parts.entries()) {
      if (part.includes('.') && i === parts.length - 1) {
        const v4 = readIpv4(part);
        if (!v4) return undefined;
        bytes.push(...v4);
      } else if (/^[0-9a-fA-F]{1,4}$/.test(part)) {
        const group = parseInt(part, 16);
        bytes.push(group >> 8, group & 255);
      } else return undefined;
    }
    return bytes;
  };
  const head = groups(halves[0] ?? '');
  const tail = halves.length === 2 ? groups(halves[1] ?? '') : [];
  if (!head || !tail) return undefined;
  const missing = 16 - head.length - tail.length;
  if (halves.length === 2 ? missing < 2 : missing !== 0) return undefined;
  return [...head, ...Array.from({ length: missing }, () => 0), ...tail];
}

/** The bytes of an address: 4 or 16. */
export const readIp = (text: string): readonly number[] | undefined =>
  text.includes(':') ? readIpv6(text) : readIpv4(text);

export interface IpRange {
  readonly address: readonly number[];
  readonly bits: number;
}

/** CIDR, or one address (conditions.json, "IpAddress": default /32; the whole address for v6). */
export function readIpRange(text: string): IpRange | undefined {
  const [base, length, ...more] = text.split('/');
  const address = readIp(base ?? '');
  if (!address || more.length > 0) return undefined;
  const whole = address.length * 8;
  if (length === undefined) return { address, bits: whole };
  if (!/^\d{1,3}$/.test(length) || Number(length) > whole) return undefined;
  return { address, bits: Number(length) };
}

export function isInRange(address: readonly number[], range: IpRange): boolean {
  if (address.length !== range.address.length) return false;
  for (let i = 0, left = range.bits; left > 0; i++, left -= 8) {
    const mask = left >= 8 ? 255 : (255 << (8 - left)) & 255;
    if (((address[i] ?? 0) & mask) !== ((range.address[i] ?? 0) & mask)) return false;
  }
  return true;
}
