import { comparing } from './operator.ts';

const readBool = (text: string): boolean | undefined => {
  const lower = text.toLowerCase();
  return lower === 'true' ? true : lower === 'false' ? false : undefined;
};

/** `true` or `false` in any case; any other text never fits. */
export const Bool = comparing('Bool', (value) => {
  const wanted = readBool(value);
  return (got) => wanted !== undefined && readBool(got) === wanted;
});
