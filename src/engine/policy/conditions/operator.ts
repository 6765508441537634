import type { TextTest } from '../pattern.ts';

/** One condition operator: its name, what it compares, and how it reads an absent key. */
export interface ConditionOperator {
  readonly name: string;
  /** `Not…`: true when *no* policy value fits, and true when the key is absent. The tests themselves stay positive. */
  readonly negated: boolean;
  /** `Null` asks about the key itself, so it takes neither `IfExists` nor a set operator. */
  readonly asksPresence: boolean;
  /** Prepares one policy value. The test says whether one request value fits it. */
  prepare(value: string, variables: boolean): TextTest;
}

/** The positive operator `name`. */
export const comparing = (name: string, prepare: ConditionOperator['prepare']): ConditionOperator => ({
  name,
  negated: false,
  asksPresence: false,
  prepare,
});

/** The operator that is true where `positive` is false. */
export const negating = (name: string, positive: ConditionOperator): ConditionOperator => ({
  name,
  negated: true,
  asksPresence: false,
  prepare: positive.prepare,
});

/** Compares two values of a kind that has an order. What cannot be read never fits. */
export const ordering = (
  name: string,
  read: (text: string) => number | undefined,
  holds: (got: number, wanted: number) => boolean,
): ConditionOperator =>
  comparing(name, (value) => {
    const wanted = read(value);
    if (wanted === undefined) return () => false;
    return (text) => {
      const got = read(text);
      return got !== undefined && holds(got, wanted);
    };
  });
