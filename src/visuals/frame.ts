import type { Beat, Gate, Scene, Sheet } from './plan.ts';

/** A moment within a beat: what is shown at `p` (0 at its start, 1 when all has moved). Pure, so a test can ask any moment. */
export interface Frame {
  /** Where the token's tip is, 0 caller, 1 vault. */
  readonly token: number | undefined;
  readonly gates: readonly Gate[];
  /** How far the answer came back: 0 vault, 1 caller. */
  readonly answer: number;
  readonly work: readonly string[];
  readonly sourcePercent: number;
  readonly resultPercent: number;
  /** 1 solid, 0 gone. */
  readonly dataKeyFade: number;
}

const clamp = (n: number): number => Math.min(1, Math.max(0, n));

export function frameOf(beat: Pick<Beat, 'id'> | undefined, scene: Scene, progress: number): Frame {
  const p = clamp(progress);
  const { token } = scene;
  const tip = token && token.from + (token.to - token.from) * p;
  return {
    token: tip,
    // A gate speaks when the token has come to it: cause before effect.
    // At rest all verdicts are shown, also of gates beyond the stop: the decision asked them too.
    gates:
      beat?.id === 'gates' && p < 1
        ? scene.gates.map((gate) => (tip !== undefined && tip + 1e-9 >= gate.at ? gate : unspoken(gate)))
        : scene.gates,
    answer: scene.answer.state === 'done' ? 1 : scene.answer.state === 'moving' ? p : 0,
    work: scene.vault.work.slice(0, Math.ceil(scene.vault.work.length * (p === 0 ? 0.01 : p))),
    sourcePercent: scene.source.percent,
    resultPercent: shownPercent(scene.result, beat?.id === 'encrypt' || beat?.id === 'decrypt', p),
    dataKeyFade: scene.dataKey.state === 'erased' ? (beat?.id === 'erase' ? 1 - p : 0) : 1,
  };
}

const unspoken = (gate: Gate): Gate =>
  gate.state === 'skip' ? gate : { ...gate, state: 'ahead', note: '', stops: false };

/** No faster than the beat and no further than the work: what is under way never shows more than is done. */
const shownPercent = (sheet: Sheet, isNow: boolean, p: number): number =>
  sheet.state === 'absent' ? 0 : isNow ? Math.min(sheet.percent, Math.round(100 * p)) : sheet.percent;
