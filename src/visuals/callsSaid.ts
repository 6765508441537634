import type { LocalScene, LocalStep, Part, PlayedCall, PlayedRun } from './callsPlan.ts';
import { stopOf, type Leg } from './legs.ts';
import { capital, failedSaid, gatesSaid, workLine, workOf } from './sentences.ts';
import { bytesSaid, count, plural, serviceSaid, shortPrincipal } from './words.ts';

/** Sentences of the scene that draws any sequence of calls: of nothing but what the run holds. */

/** A call that services made to serve the first one: who was told no, the innermost. */
export const deepestRefused = (legs: readonly Leg[]): Leg | undefined =>
  legs.findLast(({ refusal }) => refusal !== undefined);

/** Where the call itself ended: the gates that say it are its own, or those of the call that a service was refused. */
export const deciding = (legs: readonly Leg[]): Leg | undefined => {
  const [outer] = legs;
  if (!outer || (outer.refusal && stopOf(outer))) return outer;
  return deepestRefused(legs) ?? outer;
};

function ending(leg: Leg): string {
  if (!leg.refusal) return '';
  if (stopOf(leg)) return '';
  const failed = workOf(leg.trace).find((item) => item.kind === 'openFailed');
  const who = serviceSaid(leg.service);
  return failed?.kind === 'openFailed' && leg.service === 'kms'
    ? failedSaid[failed.check]
    : `The gates are open; ${who} says no while it does the work.`;
}
/** What a call that was served did, as far as its record tells. */
function doneSaid(call: PlayedCall, server: string): string {
  const said = workOf(call.trace).flatMap((item): readonly string[] => {
    switch (item.kind) {
      case 'sealed':
        return [`KMS wraps ${bytesSaid(item.plaintextLength)} into ${bytesSaid(item.blobLength)}`];
      case 'opened':
        return [`the tag fits, and ${bytesSaid(item.plaintextLength)} come out`];
      case 'stateChanged':
        return [`the key goes from ${item.from} to ${item.to}`];
      case 'dataSealed':
      case 'dataOpened':
      case 'dataNotOpened':
      case 'keyReused':
        return [`${server}: ${workLine(item) ?? ''}`];
      default:
        return [];
    }
  });
  return said.length === 0 ? '' : `${capital(said.join('; '))}.`;
}
/** The calls that a service made to serve the first one: as whom, which, and where one of them was told no. */
function innerSaid(legs: readonly Leg[]): string {
  const [outer] = legs;
  const own = legs.filter(({ within }) => within === 0);
  const [first] = own;
  if (!outer || !first) return '';
  const name = serviceSaid(outer.service);
  const as = (leg: Leg): string =>
    leg.caller === first.caller ? leg.operation : `${leg.operation} as ${shortPrincipal(leg.caller)}`;
  const whom = `as ${shortPrincipal(first.caller)}`;
  const calls =
    own.length === 1
      ? `To serve it, ${name} calls ${first.operation} of ${serviceSaid(first.service)} ${whom}.`
      : `To serve it, ${name} makes ${plural(own.length, 'call')} ${whom}: ${own.map(as).join(', ')}.`;
  const deeper = legs.flatMap((leg, i) => {
    const inner = legs.filter(({ within }) => within === i);
    return i > 0 && inner[0]
      ? [
          `${serviceSaid(leg.service)} in turn calls ${inner.map(({ operation }) => operation).join(', ')} of ${serviceSaid(inner[0].service)}.`,
        ]
      : [];
  });
  // Where several say no, one does because of the other: the innermost has the reason.
  const told = deepestRefused(legs.slice(1));
  const end = told
    ? [`${told.operation} is refused.`, gatesSaid(told.gates, told.operation, serviceSaid(told.service))]
    : [legs.length === 2 ? 'It is answered.' : 'All are answered.'];
  return [calls, ...deeper, ...end].join(' ');
}

/** What a call was, how it passed, what came of it. */
export function callSaid(call: PlayedCall, legs: readonly Leg[]): string {
  const [outer] = legs;
  if (!outer) return '';
  const who = shortPrincipal(call.principal);
  const server = serviceSaid(outer.service);
  const piece = call.piece ? `, with piece ${count(call.piece.index + 1)} of ${count(call.piece.of)}` : '';
  const of = outer.service === 'kms' ? '' : ` of ${server}`;
  const parts = [
    `${who} calls ${outer.operation}${of}${piece}.`,
    gatesSaid(outer.gates, outer.operation, server),
    ...(legs.length > 1 ? [innerSaid(legs)] : []),
    ending(deciding(legs) ?? outer),
  ];
  if (call.refusal)
    parts.push(`${call.refusal.refused} comes back${call.mustRefuse ? ', as is required' : ''}.`);
  else {
    parts.push(doneSaid(call, server));
    if (call.mustRefuse) parts.push('It is served, and had to be refused.');
    else if (deepestRefused(legs)) parts.push(`${outer.operation} itself is answered all the same.`);
  }
  return parts.filter(Boolean).join(' ');
}

const hoursSaid = (hours: number): string =>
  hours >= 48 && hours % 24 === 0
    ? plural(hours / 24, 'day')
    : hours >= 1
      ? plural(Math.round(hours * 10) / 10, 'hour')
      : plural(Math.round(hours * 3600), 'second');

/** A text of several words is told from the sentence around it. */
const valueSaid = (value: string): string => (/\s/.test(value) ? `“${value}”` : value);

/** What was done without a call, as the picture and the sentence say it. */
export function localOf(step: LocalStep): LocalScene {
  const scene = (
    from: LocalScene['from'],
    to: LocalScene['to'],
    title: string,
    ...lines: readonly string[]
  ): LocalScene => ({ doing: step.kind, from, to, title, lines, isGood: true });
  const noCall = 'no call to KMS';
  switch (step.kind) {
    case 'seal':
      return scene(
        'plaintext',
        'ciphertext',
        'Encrypt the file here',
        `${bytesSaid(step.byteLength)} become ${bytesSaid(step.sealedLength)}`,
        noCall,
      );
    case 'open':
      return scene(
        'ciphertext',
        'plaintext',
        'Decrypt the file here',
        `${bytesSaid(step.sealedLength)} become ${bytesSaid(step.byteLength)}`,
        noCall,
      );
    case 'wipe':
      return scene(
        'dataKey',
        undefined,
        'Wipe the plaintext data key',
        `${bytesSaid(step.byteLength)} overwritten`,
        'only the wrapped key is left',
      );
    case 'wrapMaterial':
      return scene(
        'material',
        'wrappedKey',
        'Wrap the key material here',
        `${bytesSaid(step.byteLength)} under the public key for the import`,
        noCall,
      );
    case 'verifyOutside':
      return {
        ...scene(
          'plaintext',
          'plaintext',
          'Verify outside KMS',
          step.ok ? 'the signature is genuine' : 'the signature does not fit',
          'the public key alone, no call to KMS',
        ),
        isGood: step.ok,
      };
    case 'expect':
      return {
        ...scene(
          'plaintext',
          undefined,
          `Look at ${step.name}`,
          `it is ${valueSaid(step.found)}`,
          step.ok ? 'as it had to be' : `${valueSaid(String(step.wanted))} was wanted`,
        ),
        isGood: step.ok,
      };
    case 'same':
      return {
        ...scene(
          'plaintext',
          'plaintext',
          'Compare with the original',
          step.ok
            ? `all ${bytesSaid(step.byteLength)} are equal`
            : `they differ from the ${bytesSaid(step.byteLength)} of the original`,
        ),
        isGood: step.ok,
      };
    case 'advance':
      return scene(
        'time',
        undefined,
        `The clock moves ${hoursSaid(step.hours)}`,
        'what falls due then happens in that order',
      );
    case 'bill':
      return scene(
        'trail',
        undefined,
        'Look at what KMS has cost',
        `${step.found} US dollars, at list prices`,
      );
    case 'countEvents':
      return scene(
        'trail',
        undefined,
        'Count the records in the trail',
        plural(Number(step.found), 'record'),
      );
    case 'alarm':
      return scene(
        'trail',
        undefined,
        'Look how often the alarm was raised',
        plural(Number(step.found), 'time'),
      );
    case 'multiply':
      return scene(
        'time',
        undefined,
        `${step.operation}, ${plural(step.times, 'time')}`,
        `${plural(step.requests, 'request')} to KMS`,
        'the calls before stand for them all; the others are counted',
      );
    case 'drill':
      return scene('time', undefined, 'What had happened', 'calls of others, as the trail shows them');
    case 'attachPolicy':
      return scene(
        'policy',
        undefined,
        'Attach an identity policy',
        `to ${shortPrincipal(step.principal)}`,
        'a call of IAM by the root user of its account',
      );
    case 'stopped':
      return {
        ...scene(
          step.doing === 'open' ? 'ciphertext' : step.doing === 'seal' ? 'plaintext' : undefined,
          undefined,
          { seal: 'Encrypt the file here', open: 'Decrypt the file here', call: 'The next call' }[step.doing],
          step.doing === 'call'
            ? `there is no ${step.missing} to go on with`
            : 'there is no plaintext data key',
        ),
        isGood: false,
      };
    default:
      return step satisfies never;
  }
}

export const localSaid = ({ title, lines, isGood }: LocalScene): string =>
  `${title}: ${lines.join('; ')}.${isGood ? '' : ' That is where it comes to nothing.'}`;

/** Said before the first step of a part. */
export function partSaid(part: Part): string {
  switch (part.is) {
    case 'steps':
      return '';
    case 'goal':
      return 'Now it is tried whether that reaches what was asked. ';
    case 'constraint':
      return `Now it is tried what is required: “${part.said}”. `;
    default:
      return part satisfies never;
  }
}

const localReasons = {
  nothingToUse: 'something is missing to go on with',
  notSame: 'what came is not what had to come',
} as const;

export function outcomeSaid(
  { steps, goal }: Pick<PlayedRun, 'steps' | 'goal'>,
  verdict: NonNullable<PlayedRun['verdict']>,
  required: (id: string) => string,
): string {
  const last = goal.at(-1) ?? steps.at(-1);
  switch (verdict.is) {
    case 'works':
      return last?.kind === 'call' && last.refusal
        ? 'It works out: the last call is refused, and that was asked for.'
        : 'It works: what was asked for is reached.';
    case 'violates':
      return `It works, and breaks what is required: ${verdict.constraints.map((id) => `“${required(id)}”`).join(', ')}.`;
    case 'fails':
      return `It ends in ${verdict.exception}.`;
    case 'failsLocally':
      return `It comes to nothing without a refusal: ${localReasons[verdict.because]}.`;
    case 'goalMissed':
      return 'It does not reach what was asked: the refusal that was wanted never came.';
    case 'couldNotCheck':
      return `It could not be run to its end: ${verdict.message}`;
    default:
      return verdict satisfies never;
  }
}
