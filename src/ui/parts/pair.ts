/** A name and its value, as fields hold them. */
export interface Pair {
  name: string;
  value: string;
}
