import type { SceneName } from '../flows/index.ts';

/*
 * Where things stand, in units of the picture. Two plans of one scene: a wide one, caller left and KMS right, and a
 * tall one for phones, KMS above the caller. Numbers only; what is drawn there comes from the plan.
 */

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
}
export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Layout {
  readonly portrait: boolean;
  readonly width: number;
  readonly height: number;
  readonly lane: Box | undefined;
  /** One territory when the key is the caller's own, else two. */
  readonly territory: Box;
  readonly callerTerritory: Box;
  readonly ownerTerritory: Box;
  readonly app: Box;
  readonly kms: Box;
  /** The leg of the request and that of the answer. */
  readonly request: { readonly from: Point; readonly to: Point };
  readonly answer: { readonly from: Point; readonly to: Point };
  readonly gate: number;
  readonly vault: Point & { readonly scale: number };
  readonly vaultText: Point;
  readonly rows: Point & { readonly step: number };
  readonly source: Box;
  readonly result: Box;
  readonly dataKey: Point & { readonly radius: number };
  readonly keyFlow: { readonly from: number; readonly to: number };
  readonly wrapped: Box;
  readonly store: Box;
}

const wide: Layout = {
  portrait: false,
  width: 1038,
  height: 588,
  lane: { x: 12, y: 14, w: 1014, h: 560 },
  territory: { x: 36, y: 40, w: 966, h: 518 },
  callerTerritory: { x: 36, y: 40, w: 470, h: 518 },
  ownerTerritory: { x: 692, y: 40, w: 310, h: 518 },
  app: { x: 60, y: 92, w: 422, h: 442 },
  kms: { x: 716, y: 92, w: 262, h: 442 },
  request: { from: { x: 482, y: 226 }, to: { x: 716, y: 226 } },
  answer: { from: { x: 716, y: 366 }, to: { x: 482, y: 366 } },
  gate: 38,
  vault: { x: 781, y: 142, scale: 1.1 },
  vaultText: { x: 847, y: 300 },
  rows: { x: 734, y: 374, step: 32 },
  source: { x: 88, y: 184, w: 96, h: 120 },
  result: { x: 358, y: 184, w: 96, h: 120 },
  dataKey: { x: 271, y: 244, radius: 34 },
  keyFlow: { from: 196, to: 346 },
  wrapped: { x: 92, y: 392, w: 72, h: 72 },
  store: { x: 212, y: 392, w: 246, h: 122 },
};

const tall: Layout = {
  portrait: true,
  width: 360,
  height: 454,
  lane: undefined,
  territory: { x: 8, y: 4, w: 344, h: 446 },
  callerTerritory: { x: 8, y: 264, w: 344, h: 186 },
  ownerTerritory: { x: 8, y: 4, w: 344, h: 156 },
  app: { x: 20, y: 292, w: 320, h: 152 },
  kms: { x: 20, y: 34, w: 320, h: 116 },
  // Begins above the caller's edge: the operation's name stands in between.
  request: { from: { x: 52, y: 270 }, to: { x: 52, y: 150 } },
  answer: { from: { x: 306, y: 150 }, to: { x: 306, y: 292 } },
  gate: 20,
  vault: { x: 34, y: 64, scale: 0.62 },
  vaultText: { x: 130, y: 82 },
  rows: { x: 130, y: 72, step: 18 },
  source: { x: 36, y: 324, w: 56, h: 70 },
  result: { x: 194, y: 324, w: 56, h: 70 },
  dataKey: { x: 143, y: 359, radius: 22 },
  keyFlow: { from: 102, to: 186 },
  wrapped: { x: 268, y: 334, w: 52, h: 52 },
  store: { x: 186, y: 318, w: 146, h: 122 },
};

export const layouts: Record<SceneName, { readonly wide: Layout; readonly tall: Layout }> = {
  envelopeEncrypt: { wide, tall },
  envelopeDecrypt: {
    wide,
    // What lies together in the store stands together: the closed sheet and its wrapped key come first.
    tall: {
      ...tall,
      store: { x: 28, y: 318, w: 134, h: 122 },
      wrapped: { x: 104, y: 336, w: 48, h: 48 },
      dataKey: { x: 212, y: 359, radius: 22 },
      keyFlow: { from: 168, to: 256 },
      result: { x: 264, y: 324, w: 56, h: 70 },
    },
  },
};

export const along = ({ from, to }: { readonly from: Point; readonly to: Point }, t: number): Point => ({
  x: from.x + (to.x - from.x) * t,
  y: from.y + (to.y - from.y) * t,
});
