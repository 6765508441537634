export { constraintsOf, isChoice, keyTypes, scenarioSchema, wordsSchema } from './scenario.ts';
export type {
  ChoiceScenario,
  Constraint,
  Evidence,
  ExecutedScenario,
  Expectation,
  Goal,
  LabScenario,
  MeasureName,
  Option,
  Outcome,
  QuestionScenario,
  Scenario,
  Step,
  Words,
} from './scenario.ts';
export { problemCodes, type Problem, type ProblemCode } from './parse.ts';
export { orderId, runScenario, startWorld, tryGoals, type GoalRun, type GoalState } from './runner.ts';
export { came, judge, keyOf, rightOf, selectCount, type Answer, type Judgement } from './judge.ts';
export { draws, pick, shuffled, vary, type Varied } from './vary.ts';
export { collectEvidence, type Shown } from './evidence.ts';
export type {
  Measures,
  OptionRun,
  OptionVerdict,
  RunOptions,
  RunProgress,
  ScenarioRun,
  StartedWorld,
  StepRun,
} from './runs.ts';
export { checkScenarios, describeVerdict, type CheckOptions, type CheckReport } from './checker.ts';
export type { SourceFile } from './items.ts';
export { wrongFiles, type WrongCase } from './wrongCases.ts';
export { labNames, loadScenario, loadWords, questionNames } from './library.ts';
