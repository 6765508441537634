/* The parts of a recipe: what is called, what is kept of an answer, and who writes it. */

export const recipeLanguages = { cli: 'AWS CLI', js: 'JavaScript', python: 'boto3', java: 'Java' } as const;
export type RecipeLanguage = keyof typeof recipeLanguages;
export type InEach = Readonly<Record<RecipeLanguage, string>>;

/** A value that an earlier step brought. */
export class Ref {
  readonly name: string;
  constructor(name: string) {
    this.name = name;
  }
}

export interface RecipeCall {
  /** `kms` when absent. */
  readonly service?: string | undefined;
  readonly operation: string;
  readonly input: Readonly<Record<string, unknown>>;
}
export type RecipeStep = {
  /** Beats that light it. */
  readonly at: readonly number[];
} & (
  | {
      readonly kind: 'call';
      readonly call: RecipeCall;
      /** What is kept of the answer: names by member, in their order. */
      readonly take?: Readonly<Record<string, string>> | undefined;
      /** How it ended, when it was refused. */
      readonly refused?: string | undefined;
    }
  | { readonly kind: 'note'; readonly text: string }
  /** What no call does, in each language. */
  | { readonly kind: 'local'; readonly code: InEach }
);
export interface Recipe {
  readonly region: string;
  /** What the code between the calls needs, in front. */
  readonly imports?: InEach | undefined;
  readonly steps: readonly RecipeStep[];
}
export interface RecipeLine {
  readonly text: string;
  readonly at: readonly number[];
}

/** How one language writes the parts of a recipe. */
export interface Writer {
  head(recipe: Recipe, services: readonly string[]): string;
  call(call: RecipeCall, take: Readonly<Record<string, string>>, region: string): string;
  comment(text: string): string;
}

export const serviceOf = ({ service = 'kms' }: RecipeCall): string => service;
