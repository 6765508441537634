/** Words of the box of events under the key. */
export const eventsWords = {
  fold: 'Fold the events',
  unfold: 'Show the events',
  height: 'Height of the events',
  heightHint: 'Drag, or use the arrow keys. Twice: as high as at first.',
} as const;
