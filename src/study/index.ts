export { constraintsOf, isChoice, plainCall, scenarioSchema, wordsSchema } from './scenario.ts';
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
export { orderId, orderMark, runScenario, type GoalRun, type GoalState } from './runner.ts';
export { judge, keyOf, rightOf, selectCount, type Answer, type Judgement } from './judge.ts';
export { draws, shuffled, vary, type Varied } from './vary.ts';
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
export { checkScenarios, type CheckOptions, type CheckReport } from './checker.ts';
export type { SourceFile } from './items.ts';
export { wrongFiles, type WrongCase } from './wrongCases.ts';
export { ideasUnder } from './ideas.ts';
export { difficultyOf, generate, type Generated } from './generate.ts';
export { type Myth } from './myths.ts';
export { labNames, loadMyths, loadScenario, loadWords, questionNames } from './library.ts';
export {
  examMachine,
  itemsFor,
  newExam,
  profiles,
  readExam,
  type ExamItem,
  type ExamState,
  type Given,
  type Profile,
} from './exam.ts';
export {
  eventsOf,
  merged,
  progressFile,
  readProgress,
  settingsOf,
  type Answered,
  type StudyEvent,
  type StudySettings,
} from './progress.ts';
export { askAbout, dueByDay, dueNow, type Asked, type Memory } from './review.ts';
export {
  defaultBar,
  enough,
  reportOf,
  type Line,
  type Report,
  type Standing,
  type TrapLine,
} from './report.ts';
export { asMoveInput, LabSession, type LabGoalNow, type LabMove } from './labSession.ts';
export { makeSheets, type Sheet } from './sheets.ts';
