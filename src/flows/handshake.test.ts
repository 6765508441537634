import { createActor, waitFor, type ActorRefFrom } from 'xstate';
import { afterEach, describe, expect, it } from 'vitest';
import { openLab } from '../client/index.ts';
import { handshake, doorsOf, type HandshakeRun } from './handshake.ts';
import { handshakeGenesis, owner, partner, people, type Mend } from './handshakeWorld.ts';

/*
 * The handshake on a real world: which door stops which attempt, and what opens it. policy.md §5: both sides, by key
 * policy and IAM, or by a grant.
 */

type Flow = ActorRefFrom<typeof handshake>;
const flows: Flow[] = [];
afterEach(() => {
  for (const flow of flows.splice(0)) flow.stop();
});

async function begin(): Promise<Flow> {
  const { main: world } = await openLab({ store: 'memory', genesis: handshakeGenesis });
  const flow = createActor(handshake, { input: { world } });
  flows.push(flow);
  flow.start();
  await waitFor(flow, (state) => state.matches('ready'));
  return flow;
}
const run = (flow: Flow): HandshakeRun => flow.getSnapshot().context.run;
const settled = (flow: Flow) => waitFor(flow, (state) => !state.hasTag('working'));

async function mend(flow: Flow, ...mends: readonly Mend[]): Promise<void> {
  for (const one of mends) {
    flow.send({ type: 'MEND', mend: one });
    await settled(flow);
    expect(run(flow).mends.at(-1)?.refusal).toBeUndefined();
  }
}
/** Tries the doors: where it ended, and the sentence. */
async function attempt(flow: Flow): Promise<string> {
  flow.send({ type: 'NEXT' });
  await settled(flow);
  if (flow.getSnapshot().matches('assumed')) {
    flow.send({ type: 'NEXT' });
    await settled(flow);
  }
  const { fault, beats } = run(flow);
  expect(fault).toBeUndefined();
  const last = beats.at(-1);
  return `${last?.id}: ${last?.refusal?.message ?? 'done'}`;
}
const states = (flow: Flow): readonly string[] => run(flow).doors.map(({ state }) => state);

const trust = { kind: 'trust', open: true } as const;
const iam = { kind: 'iam', open: true } as const;
const keyPolicy = { kind: 'keyPolicy', open: true } as const;
const session = `arn:aws:sts::${partner}:assumed-role/App/handshake`;
const noKeyPolicy = `decrypt: User: ${session} is not authorized to perform: kms:Decrypt on this resource because the resource does not exist in this Region, no resource-based policies allow access, or a resource-based policy explicitly denies access`;

describe('the cross-account handshake', () => {
  it('starts with all doors shut, and stops at the first', async () => {
    const flow = await begin();
    expect(states(flow)).toEqual(['shut', 'shut', 'shut']);
    expect(await attempt(flow)).toBe(
      `assume: User: ${people.user} is not authorized to perform: sts:AssumeRole because no role trust policy allows the sts:AssumeRole action`,
    );
    expect(flow.getSnapshot().value).toBe('stopped');
  });

  it('[policy.md §5] either side alone is not enough; both are', async () => {
    const flow = await begin();
    await mend(flow, trust, iam);
    expect(states(flow)).toEqual(['open', 'open', 'shut']);
    expect(await attempt(flow)).toBe(noKeyPolicy);
    await mend(flow, keyPolicy, { kind: 'iam', open: false });
    expect(states(flow)).toEqual(['open', 'shut', 'open']);
    expect(await attempt(flow)).toMatch(
      /^decrypt: .*because no identity-based policy allows the kms:Decrypt action$/,
    );
    await mend(flow, iam);
    expect(states(flow)).toEqual(['open', 'open', 'open']);
    expect(await attempt(flow)).toBe('decrypt: done');
    expect(run(flow).attempts).toBe(3);
  });

  it('a success stands in the trails of both accounts, a denial in the caller’s alone', async () => {
    const flow = await begin();
    await mend(flow, trust, iam);
    await attempt(flow);
    expect(
      run(flow)
        .beats.at(-1)
        ?.trail.map(({ account }) => account),
    ).toEqual([partner]);
    await mend(flow, keyPolicy);
    await attempt(flow);
    expect(
      run(flow)
        .beats.at(-1)
        ?.trail.map(({ account }) => account)
        .toSorted(),
    ).toEqual([owner, partner]);
  });

  it('[policy.md §5] a grant to the role stands in for both of the other doors, until it is revoked', async () => {
    const flow = await begin();
    await mend(flow, trust, { kind: 'grant', open: true });
    expect(states(flow)).toEqual(['open', 'beside', 'beside']);
    expect(await attempt(flow)).toBe('decrypt: done');
    await mend(flow, { kind: 'grant', open: false });
    expect(states(flow)).toEqual(['open', 'shut', 'shut']);
    expect(await attempt(flow)).toBe(noKeyPolicy);
  });

  it('[conditions.json kms:ViaService] a key policy for calls through S3 opens for those only', async () => {
    const flow = await begin();
    await mend(flow, trust, iam, { kind: 'keyPolicy', open: 'viaService' });
    expect(states(flow)).toEqual(['open', 'open', 'shut']);
    expect(await attempt(flow)).toBe(noKeyPolicy);
    await mend(flow, { kind: 'through', service: true });
    expect(states(flow)).toEqual(['open', 'open', 'open']);
    expect(await attempt(flow)).toBe('decrypt: done');
  });

  it('what the doors show without a try is what the try then meets', async () => {
    const flow = await begin();
    const mends: readonly Mend[] = [trust, keyPolicy, iam, { kind: 'keyPolicy', open: false }];
    for (const one of mends) {
      await mend(flow, one);
      const before = run(flow).doors;
      await attempt(flow);
      const decisions = run(flow).beats.map(({ trace }) => {
        const step = trace?.steps.find(({ stage }) => stage === 'authorize');
        return step?.stage === 'authorize' ? step.detail.decisions[0] : undefined;
      });
      expect(doorsOf(decisions[0], decisions[1])).toEqual(before);
    }
  });

  it('looking at the doors makes no call', async () => {
    const flow = await begin();
    const { world } = flow.getSnapshot().context;
    const before = (await world.trail({ n: 100 })).length;
    await mend(flow, { kind: 'through', service: true });
    expect(await world.trail({ n: 100 })).toHaveLength(before);
  });
});

describe('the smallest changes of the library, in the flow', () => {
  const kindsOf = (flow: Flow) => run(flow).advice.map(({ edits }) => edits.map(({ kind }) => kind));

  it('at the trust policy: each, carried out by real calls, lets the user take the role', async () => {
    const flow = await begin();
    await attempt(flow);
    const { length } = run(flow).advice;
    expect(length).toBeGreaterThan(0);
    for (let index = 0; index < length; index++) {
      const fresh = await begin();
      await attempt(fresh);
      expect(run(fresh).advice[index]?.edits.every(({ trustPolicy }) => trustPolicy)).toBe(true);
      await mend(fresh, { kind: 'proposal', index });
      expect(run(fresh).advice).toEqual([]);
      expect(states(fresh)[0]).toBe('open');
      expect(await attempt(fresh)).toBe(noKeyPolicy);
    }
  });

  it('at the key: a grant is one edit, policies are two, and either opens the letter', async () => {
    const flow = await begin();
    await mend(flow, trust);
    await attempt(flow);
    expect(kindsOf(flow)[0]).toEqual(['addGrant']);
    const withoutGrant = kindsOf(flow).filter((kinds) => !kinds.includes('addGrant'));
    expect(withoutGrant.length).toBeGreaterThan(0);
    expect(withoutGrant.every((kinds) => kinds.length === 2)).toBe(true);
    for (let index = 0; index < kindsOf(flow).length; index++) {
      const fresh = await begin();
      await mend(fresh, trust);
      await attempt(fresh);
      await mend(fresh, { kind: 'proposal', index });
      expect(await attempt(fresh)).toBe('decrypt: done');
    }
  }, 60_000);

  it('says what letting the whole account in would open besides', async () => {
    const flow = await begin();
    await mend(flow, trust, iam);
    await attempt(flow);
    const opens = Object.fromEntries(
      run(flow).advice.map(({ edits, alsoOpens }) => [
        edits[0]?.kind,
        alsoOpens.map(({ principal }) => principal),
      ]),
    );
    expect(opens['namePrincipal']).toEqual([]);
    expect(new Set(opens['addDelegation'])).toEqual(
      new Set([people.partnerAdmin, `arn:aws:iam::${partner}:root`]),
    );
  });

  it('through S3: the condition that is in the way is seen', async () => {
    const flow = await begin();
    await mend(flow, trust, iam, { kind: 'keyPolicy', open: 'viaService' });
    expect(await attempt(flow)).toBe(noKeyPolicy);
    expect(kindsOf(flow).flat()).toContain('dropCondition');
    await mend(flow, { kind: 'through', service: true });
    expect(await attempt(flow)).toBe('decrypt: done');
  });
});
