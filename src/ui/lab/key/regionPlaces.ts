/** A place on the map, in its units: 640 wide, 210 high. */
export interface Place {
  readonly x: number;
  readonly y: number;
}

// OURS: a sketch, not geography: the first word of a Region's name says where its part of the world lies, the second where
// in that part. So each Region that exists or will exist has a place, and none is named here.
const parts: Readonly<Record<string, { readonly x: number; readonly y: number; readonly width: number }>> = {
  us: { x: 110, y: 72, width: 74 },
  ca: { x: 120, y: 26, width: 60 },
  mx: { x: 96, y: 122, width: 24 },
  sa: { x: 168, y: 164, width: 30 },
  eu: { x: 318, y: 56, width: 52 },
  eusc: { x: 330, y: 24, width: 30 },
  af: { x: 322, y: 164, width: 30 },
  il: { x: 372, y: 104, width: 16 },
  me: { x: 412, y: 124, width: 24 },
  ap: { x: 530, y: 118, width: 72 },
  cn: { x: 506, y: 50, width: 42 },
};
const rose: Readonly<Record<string, readonly [number, number]>> = {
  north: [0, -1],
  south: [0, 1],
  east: [1, 0],
  west: [-1, 0],
  central: [0, 0],
  northeast: [0.75, -0.75],
  northwest: [-0.75, -0.75],
  southeast: [0.75, 0.75],
  southwest: [-0.75, 0.75],
};

/** Where a Region stands on the sketch; those of one name and another number stand beside each other. */
export function placeOf(region: string): Place {
  const words = region.split('-');
  const number = Number(words.at(-1)) || 1;
  const [dx, dy] = rose[words.at(-2) ?? ''] ?? [0, 0];
  const part = parts[words[0] ?? ''] ?? { x: 320, y: 180, width: 40 };
  const inside = (at: number, most: number): number => Math.min(most - 12, Math.max(12, at));
  return {
    x: inside(part.x + dx * part.width + (number - 1) * 12, 640),
    y: inside(part.y + dy * 26 + (number - 1) * 9, 210),
  };
}
