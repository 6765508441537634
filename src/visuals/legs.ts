import type { Trace } from '../flows/index.ts';
import { gatesOf } from './gates.ts';
import type { Gate } from './plan.ts';
import { workLines } from './sentences.ts';
import { stageNames, stagesOf, wayPart, type CallStage } from './stages.ts';
import { accountOf, serviceSaid, shortPrincipal } from './words.ts';

/*
 * A call as legs: the one that somebody made, and those that services made to serve it, each with its gates and the part of
 * the beat in which it is on its way. Read from the trace alone; what is shown at a moment is a pure function of both.
 */

export interface LegKey {
  readonly arn: string;
  readonly alias: string | undefined;
  readonly account: string;
  readonly state: string | undefined;
}
export interface Leg {
  readonly trace: Trace;
  readonly operation: string;
  /** Whose operation: `kms`, `s3`. */
  readonly service: string;
  /** Who calls: an ARN, or the host of a service. */
  readonly caller: string;
  /** Place of the leg that this one serves; undefined for the call itself. */
  readonly within: number | undefined;
  readonly gates: readonly Gate[];
  /** At which part of the beat each gate speaks, in the same order. */
  readonly speaks: readonly number[];
  /** On its way from here, at the far end or at the gate that stops it, over: parts of the beat, 0 to 1. */
  readonly begins: number;
  readonly arrives: number;
  readonly ends: number;
  readonly refusal: Trace['refusal'];
  readonly key: LegKey | undefined;
  /** What was done at the far end, one short line each. */
  readonly work: readonly string[];
  readonly stages: readonly CallStage[];
}

type Step = Trace['steps'][number];

const weightOf = (trace: Trace): number =>
  1 + trace.children.reduce((sum, child) => sum + weightOf(child), 0);
/** What is done after the calls that a service makes, as against the way of one call. */
const restWeight = 0.4;

function keyOf(trace: Trace): LegKey | undefined {
  const found = trace.steps.flatMap((s) => (s.stage === 'findKey' ? s.detail.found : []));
  const named = found.findLast(({ key }) => key !== undefined);
  const state = trace.steps.flatMap((s) => (s.stage === 'keyState' ? s.detail.keys : [])).at(-1);
  const arn = named?.key ?? state?.key;
  if (arn === undefined) return undefined;
  return { arn, alias: named?.alias, account: accountOf(arn), state: state?.state };
}

/** For which service a child was called: the parent's own record of it says so. */
function serviceOf(parent: Trace, child: Trace): string {
  const called = parent.steps
    .flatMap((s) => (s.stage === 'operation' ? s.detail.work : []))
    .find((item) => item.kind === 'called' && item.trace === child.id);
  return called?.kind === 'called' ? called.service : 'kms';
}

/** The stage of the trace at which a gate stands. */
const stageOf = (gate: Gate): Step['stage'] | string =>
  gate.id === 'keyState'
    ? 'keyState'
    : ['parse', 'authenticate', 'validate', 'quota', 'findKey', 'usage'].includes(gate.id)
      ? gate.id
      : 'authorize';

/** Gates that had a say, evenly on the way: what was not in the path is no gate to walk past. */
function gatesOn(trace: Trace, isKms: boolean): readonly Gate[] {
  const gates = gatesOf(trace).filter(
    ({ id, state }) =>
      id !== 'notInPath' && (isKms || id !== 'keyState') && (state !== 'skip' || id !== 'keyState'),
  );
  const there = gates.filter(({ state, id }) => state !== 'ahead' || (id === 'keyState' && trace.refusal));
  return there.map((gate, i) => ({ ...gate, at: (i + 1) / (there.length + 1) }));
}

interface Part {
  readonly from: number;
  readonly to: number;
}
const within = ({ from, to }: Part, p: number): number => from + (to - from) * p;

/** Of calls that services made, only what decided them and what came of it: their number is what there is to see. */
const toldOfMany: ReadonlySet<string> = new Set([stageNames.authorize, stageNames.keyState, 'operation']);
function terse(stages: readonly CallStage[]): readonly CallStage[] {
  const lastInside = stages.findLast(({ name }) => name.startsWith(stageNames.operation));
  return stages.flatMap((stage) => {
    const { name, verdict, said } = stage;
    if (stage === lastInside) return { ...stage, name: stageNames.operation };
    const isTold = verdict === 'stop' || (verdict === 'pass' && said !== '' && toldOfMany.has(name));
    return isTold ? stage : [];
  });
}

/** The legs of a call in their order, the call itself first. */
export function legsOf(trace: Trace, service: string): readonly Leg[] {
  const legs: Leg[] = [];
  const add = (of: Trace, served: string, parent: number | undefined, part: Part): void => {
    const place = legs.length;
    const own = stagesOf(of);
    const children = of.children;
    const all = weightOf(of) + (children.length > 0 ? restWeight : 0);
    // Its own way first, then what a service has to call, then the rest.
    const isDirect = children.length === 0;
    const way: Part = { from: part.from, to: isDirect ? within(part, wayPart) : within(part, 1 / all) };
    const rest: Part = { from: isDirect ? way.to : within(part, 1 - restWeight / all), to: part.to };
    const timed = own.map((stage) => ({
      ...stage,
      p:
        stage.p <= wayPart
          ? within(way, stage.p / wayPart)
          : within(rest, (stage.p - wayPart) / (1 - wayPart)),
    }));
    const wayStages = of.steps.filter(({ stage }) => stage !== 'operation' && stage !== 'commit');
    const timeOf = (stage: string): number | undefined => {
      const i = wayStages.findIndex((step) => step.stage === stage);
      return i < 0 ? undefined : within(way, (i + 1) / wayStages.length);
    };
    const gates = gatesOn(of, served === 'kms');
    const policies = gates.filter((gate) => stageOf(gate) === 'authorize');
    const stop = gates.find(({ stops }) => stops);
    const before = timeOf('findKey') ?? way.from;
    const decided = timeOf('authorize') ?? way.to;
    const speaks = gates.map((gate) => {
      // Beyond the stop nobody comes; what was asked there is known when the call is decided.
      if (stop && gate.at > stop.at) return way.to;
      const i = policies.indexOf(gate);
      if (i >= 0) return before + ((decided - before) * (i + 1)) / policies.length;
      return timeOf(stageOf(gate)) ?? way.to;
    });
    const isInner = parent !== undefined;
    const said = (isInner || children.length > 0 ? terse(timed) : timed).map((stage) =>
      isInner ? { ...stage, name: `${serviceSaid(served)}: ${stage.name}` } : stage,
    );
    const announce: CallStage = {
      name: of.operation,
      verdict: 'pass',
      said: `${serviceSaid(served)} is called as ${shortPrincipal(of.caller)}`,
      p: way.from + (way.to - way.from) * 0.04,
    };
    const key = keyOf(of);
    legs.push({
      trace: of,
      operation: of.operation,
      service: served,
      caller: of.caller,
      within: parent,
      gates,
      speaks,
      begins: part.from,
      arrives: way.to,
      ends: part.to,
      refusal: of.refusal,
      key,
      work: workLines(of),
      stages: parent === undefined ? said : [announce, ...said],
    });
    let from = way.to;
    for (const child of children) {
      const to = from + ((part.to - part.from) * weightOf(child)) / all;
      add(child, serviceOf(of, child), place, { from, to });
      from = to;
    }
  };
  add(trace, service, undefined, { from: 0, to: 1 });
  return legs;
}

/** Stages of all legs, in the order in which they speak. */
export const legStages = (legs: readonly Leg[]): readonly CallStage[] =>
  legs.flatMap(({ stages }) => stages).toSorted((a, b) => a.p - b.p);

export interface LegFrame {
  /** Where the token's tip is: 0 at who calls, 1 at the far end. */
  readonly tip: number;
  readonly gates: readonly Gate[];
  readonly state: 'ahead' | 'onWay' | 'inside' | 'served' | 'refused';
  readonly work: readonly string[];
}
export interface LegsFrame {
  readonly legs: readonly LegFrame[];
  /** The call that is under way, or was the last to be. */
  readonly active: number;
}

/** The gate that stops the call on its way; what stops it at the far end is none. */
export const stopOf = ({ gates }: Leg): Gate | undefined => gates.find(({ stops }) => stops);

function frameOf(leg: Leg, p: number): LegFrame {
  if (p < leg.begins || (p === leg.begins && p > 0))
    return { tip: 0, gates: leg.gates.map(ahead), state: 'ahead', work: [] };
  const stop = stopOf(leg);
  const points = [
    { p: leg.begins, at: 0 },
    ...leg.gates
      .map((gate, i) => ({ p: leg.speaks[i] ?? leg.arrives, at: gate.at, gate }))
      .filter(({ gate, at }) => gate.state !== 'ahead' && (stop === undefined || at <= stop.at)),
    ...(stop ? [] : [{ p: leg.arrives, at: 1 }]),
  ].toSorted((a, b) => a.at - b.at);
  const has = (when: number): boolean => p + 1e-9 >= when;
  const isOver = has(leg.ends);
  const spoken = (gate: Gate, i: number): Gate =>
    isOver || has(leg.speaks[i] ?? leg.arrives) ? gate : ahead(gate);
  const share = (p - leg.arrives) / Math.max(1e-9, leg.ends - leg.arrives);
  return {
    tip: tipAt(points, p),
    gates: leg.gates.map(spoken),
    state: isOver ? (leg.refusal ? 'refused' : 'served') : has(leg.arrives) ? 'inside' : 'onWay',
    work: isOver ? leg.work : !has(leg.arrives) ? [] : leg.work.slice(0, Math.ceil(leg.work.length * share)),
  };
}
const ahead = (gate: Gate): Gate => ({ ...gate, state: 'ahead', note: '', stops: false });

function tipAt(points: readonly { readonly p: number; readonly at: number }[], p: number): number {
  const next = points.findIndex((point) => point.p > p);
  if (next === 0) return 0;
  const from = points[next < 0 ? points.length - 1 : next - 1];
  const to = points[next];
  if (!from) return 0;
  if (next < 0 || !to) return from.at;
  return from.at + ((to.at - from.at) * (p - from.p)) / Math.max(1e-9, to.p - from.p);
}

/** What is seen of a call at one moment of its beat. */
export function legsFrame(legs: readonly Leg[], progress: number): LegsFrame {
  const p = Math.min(1, Math.max(0, progress));
  const frames = legs.map((leg) => frameOf(leg, p));
  return {
    legs: frames,
    active: Math.max(
      0,
      frames.findLastIndex(({ state }) => state !== 'ahead'),
    ),
  };
}
