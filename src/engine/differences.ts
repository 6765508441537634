/** Something that AWS does not say, or that is simplified here, in the words of the code that does it. */
export interface DifferenceFromAws {
  /** Operation, room of the engine, or room of the house. */
  readonly area: string;
  /** Under src/. */
  readonly file: string;
  readonly text: string;
}

/** Made from the marks in the code by scripts/differences.mjs; a test keeps it fresh. Loaded when somebody asks. */
export const differencesFromAws = async (): Promise<readonly DifferenceFromAws[]> =>
  (await import('./differences.json')).default;
