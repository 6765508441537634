import { cli, java, javaScript, python, words } from './languages.ts';
import {
  serviceOf,
  type Recipe,
  type RecipeCall,
  type RecipeLanguage,
  type RecipeLine,
  type Writer,
} from './parts.ts';

/*
 * The code beside a picture: the calls of a scene with the learner's own values, as somebody would write them in four
 * languages, and what happens between the calls. Every line knows the beats that light it.
 */

const writers: Readonly<Record<RecipeLanguage, Writer>> = { cli, js: javaScript, python, java };

/** The whole recipe, line by line. */
export function writeRecipe(recipe: Recipe, language: RecipeLanguage): readonly RecipeLine[] {
  const writer = writers[language];
  const calls = recipe.steps.flatMap((step) => (step.kind === 'call' ? [step.call] : []));
  const services = [...new Set(calls.map(serviceOf))];
  const lines: RecipeLine[] = [];
  const add = (text: string, at: readonly number[]): void => {
    for (const line of text.split('\n')) lines.push({ text: line, at });
  };
  const head = [recipe.imports?.[language] ?? '', writer.head(recipe, services)].filter(Boolean).join('\n');
  if (head !== '') add(`${head}\n`, []);
  for (const step of recipe.steps) {
    if (step.kind === 'call') {
      add(writer.call(step.call, step.take ?? {}, recipe.region), step.at);
      if (step.refused !== undefined) add(writer.comment(words.ends(step.refused)), step.at);
    } else if (step.kind === 'note') add(writer.comment(step.text), step.at);
    else add(step.code[language], step.at);
  }
  return lines;
}

/** One call alone, with what it needs to run. */
export const writeCall = (call: RecipeCall, region: string, language: RecipeLanguage): string =>
  writeRecipe({ region, steps: [{ at: [], kind: 'call', call }] }, language)
    .map(({ text }) => text)
    .join('\n');
