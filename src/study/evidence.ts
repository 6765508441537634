import type { LabApi } from '../client/index.ts';
import { startWorld } from './runner.ts';
import type { StartedWorld } from './runs.ts';
import type { ChoiceScenario, Evidence } from './scenario.ts';

/** What is laid before the reader of a fault, read from the scenario's own world. */
export type Shown =
  | { readonly show: 'keyPolicy' | 'identityPolicy'; readonly of: string; readonly text: string }
  | { readonly show: 'key'; readonly of: string; readonly facts: readonly (readonly [string, string])[] }
  | {
      readonly show: 'trail';
      readonly events: readonly {
        readonly at: string;
        readonly name: string;
        readonly by: string;
        /** An IP address, or a service's name. */
        readonly from: string;
        readonly error: string | undefined;
        /** ARN of the key that it was about. */
        readonly key: string | undefined;
        readonly details: string;
      }[];
    };

const pretty = (document: string): string => {
  try {
    return JSON.stringify(JSON.parse(document), undefined, 2);
  } catch {
    return document;
  }
};
const short = (arn: string): string => arn.split(':').slice(5).join(':');

/** A principal by its short name; a service that acts in its own name has no ARN, and is named by what it is. */
const whoseCall = ({ arn, invokedBy, type }: Readonly<Record<string, unknown>>): string =>
  typeof arn === 'string' ? short(arn) : String(invokedBy ?? type ?? '');

/** Builds the world once more and reads from it what the scenario wants to show. */
export async function collectEvidence(lab: LabApi, scenario: ChoiceScenario): Promise<readonly Shown[]> {
  if (scenario.kind !== 'findFault') return [];
  const started = await startWorld(lab, scenario);
  try {
    return await evidenceIn(started, scenario.evidence);
  } finally {
    await started.world.close();
  }
}

/** What a world shows of itself now. */
export async function evidenceIn(
  { world, variables }: StartedWorld,
  wanted: readonly Evidence[],
): Promise<readonly Shown[]> {
  const shown: Shown[] = [];
  for (const each of wanted) {
    if (each.show === 'trail') {
      const lines = await world.trail({ n: each.newest });
      const events = lines.map(({ event }) => ({
        at: event.eventTime,
        name: event.eventName,
        by: whoseCall(event.userIdentity),
        from: event.sourceIPAddress,
        error: event.errorCode,
        key: event.resources.find(({ type }) => type === 'AWS::KMS::Key')?.ARN,
        details: JSON.stringify(event.requestParameters ?? {}),
      }));
      shown.push({ show: 'trail', events });
      continue;
    }
    if (each.show === 'identityPolicy') {
      const card = (await world.principals()).find(({ rec }) => rec.arn === each.principal);
      const text = (card?.policies ?? []).map(({ document }) => pretty(document)).join('\n');
      shown.push({ show: 'identityPolicy', of: short(each.principal), text });
      continue;
    }
    const arn = String(variables.get(each.key.slice(2, -1)) ?? '');
    // OURS: the variable holds a key ARN of the engine's own making.
    const detail = await world.key(arn as Parameters<typeof world.key>[0]);
    if (each.show === 'keyPolicy')
      shown.push({ show: 'keyPolicy', of: arn, text: pretty(detail?.policy ?? '') });
    else
      shown.push({
        show: 'key',
        of: arn,
        facts: [
          ['KeyState', detail?.rec.KeyState ?? 'none'],
          ['KeySpec', detail?.rec.KeySpec ?? 'none'],
          ['Aliases', detail?.aliases.join(', ') || 'none'],
        ],
      });
  }
  return shown;
}
