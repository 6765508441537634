export {
  Ref,
  recipeLanguages,
  type Recipe,
  type RecipeCall,
  type RecipeLanguage,
  type RecipeLine,
} from './parts.ts';
export { writeCall, writeRecipe } from './recipe.ts';
export { envelopeRecipe, fleetRecipe, storyRecipe } from './scenes.ts';
