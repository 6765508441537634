/** Scenario words know two marks, `code` and **bold**; everything else is text and stays text. */
export const markedParts = (text: string): readonly string[] =>
  text.split(/(`[^`]+`|\*\*[^*]+\*\*)/).filter((part) => part !== '');

/** The same words where no mark can be shown: in a list of choices, a sentence that is read aloud. */
export const unmarked = (text: string): string =>
  markedParts(text)
    .map((part) =>
      part.startsWith('`') ? part.slice(1, -1) : part.startsWith('**') ? part.slice(2, -2) : part,
    )
    .join('');
