/** Resolves when no colour or place is on its way any more: contrast and focus are measured at rest. Endless motion stays. */
export async function atRest(): Promise<void> {
  const ending = document
    .getAnimations()
    .filter(({ effect }) => Number.isFinite(Number(effect?.getComputedTiming().endTime ?? 0)));
  await Promise.allSettled(ending.map(({ finished }) => finished));
}
