export { scenarioSchema, wordsSchema } from './scenario.ts';
export type {
  Constraint,
  Expectation,
  Goal,
  MeasureName,
  Option,
  Scenario,
  Step,
  Words,
} from './scenario.ts';
export { problemCodes, type Problem, type ProblemCode } from './parse.ts';
export { runScenario } from './runner.ts';
export type {
  Measures,
  OptionRun,
  OptionVerdict,
  RunOptions,
  RunProgress,
  ScenarioRun,
  StepRun,
} from './runs.ts';
export { checkScenarios, type CheckReport } from './checker.ts';
export type { SourceFile } from './items.ts';
export { wrongFiles, type WrongCase } from './wrongCases.ts';
export { loadScenario, loadWords, scenarioNames } from './library.ts';
