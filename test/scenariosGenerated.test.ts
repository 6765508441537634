import * as sdk from '@aws-sdk/client-kms';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openLab, type LocalLab } from '../src/client/index.ts';
import { createLab } from '../src/client/lab.ts';
import { difficultyOf, generate, type Generated } from '../src/study/index.ts';
import { gates } from '../src/study/generate.ts';
import { fillMembers } from '../src/study/values.ts';
import type { CallStep } from '../src/study/scenario.ts';

const count = process.env['KMS_LONG'] ? 10_000 : 1_000;
/** The door of the SDK is knocked at for each in the long run, for every tenth else. */
const performed = process.env['KMS_LONG'] ? 1 : 10;

let lab: LocalLab;
beforeAll(async () => {
  lab = await openLab({ store: 'memory' });
});
afterAll(() => lab.main.close());

/** Names a command of the SDK: `Encrypt` → `new EncryptCommand(input)`. */
function commandOf(
  operation: string,
  input: Readonly<Record<string, unknown>>,
): Parameters<sdk.KMSClient['send']>[0] {
  const Command: unknown = Reflect.get(sdk, `${operation}Command`);
  if (typeof Command !== 'function') throw new TypeError(`the SDK has no ${operation}`);
  // OURS: every operation of the model has a command of its name.
  return Reflect.construct(Command, [input]) as Parameters<sdk.KMSClient['send']>[0];
}

/** What the SDK says of the question's call, in a fresh lab: `served`, or name and message. */
async function throughTheSdk({
  scenario,
}: Generated): Promise<{ readonly name: string; readonly message: string }> {
  const fresh = await createLab({
    seed: scenario.world.seed,
    now: new Date(scenario.world.now ?? 0),
    accounts: scenario.world.accounts,
    throttling: false,
    propagation: false,
  });
  const variables = new Map<string, unknown>();
  const send = async (step: CallStep): Promise<Record<string, unknown>> => {
    const principal = step.as ?? scenario.stem.principal;
    const region = step.region ?? scenario.stem.region;
    const client = new sdk.KMSClient({
      region,
      credentials: { accessKeyId: 'AKIAEXAMPLE', secretAccessKey: 'example' },
      maxAttempts: 1,
      requestHandler: fresh.requestHandlerFor({ principal, region }),
    });
    const input = await fillMembers(step.input ?? {}, { variables, file: () => new Blob([]) });
    return { ...(await client.send(commandOf(step.operation, input))) };
  };
  try {
    for (const step of scenario.setup) {
      if (step.do === 'advance') {
        await fresh.advance({ seconds: step.seconds ?? 0 });
        continue;
      }
      if (step.do !== 'call') throw new TypeError(step.do);
      const output = await send(step);
      for (const [name, path] of Object.entries(step.save ?? {}))
        variables.set(
          name,
          path.split('.').reduce<unknown>((at, part) => Reflect.get(Object(at), part), output),
        );
    }
    for (const step of scenario.steps) if (step.do === 'call') await send(step);
    return { name: 'served', message: '' };
  } catch (error) {
    if (!(error instanceof sdk.KMSServiceException)) throw error;
    return { name: error.name, message: error.message };
  } finally {
    await fresh.close();
  }
}

describe('generated questions', () => {
  it(`${count} seeds: one right option each, confirmed by the SDK in a fresh lab; hardly two alike`, async () => {
    const seen = new Map<string, number>();
    const answers = new Map<string, number>();
    const drawn: object[] = [];
    let double = 0;
    for (let seed = 1; seed <= count; seed++) {
      const question = await generate(lab, seed);
      const { scenario, words, fingerprint } = question;
      expect(scenario.outcomes).toHaveLength(4);
      // A grant that is shown is one that was made.
      const granted = words.given.find(({ label }) => label === 'Grant for the caller')?.text !== 'none';
      expect(granted, `seed ${seed}`).toBe(
        scenario.setup.some((step) => step.do === 'call' && step.operation === 'CreateGrant'),
      );
      if (seen.has(fingerprint)) double += 1;
      seen.set(fingerprint, seed);
      drawn.push(Object(Reflect.get(question.spec, 'gates')));
      answers.set(scenario.answer, (answers.get(scenario.answer) ?? 0) + 1);
      if (seed % performed !== 0) continue;
      const said = await throughTheSdk(question);
      const fitting = scenario.outcomes.filter((outcome) =>
        outcome.is === 'refused'
          ? outcome.exception === said.name && said.message.includes(outcome.messageHas ?? '')
          : outcome.is === 'served' && said.name === 'served',
      );
      expect(
        fitting.map(({ id }) => id),
        `seed ${seed}: ${said.name} ${said.message}`,
      ).toEqual([scenario.answer]);
    }
    expect(double).toBeLessThan(count / 1000);
    // Callers of both sorts and of another account, all states and Regions, contexts, grants: each value of a gate is asked.
    for (const [gate, values] of Object.entries(gates))
      expect([...new Set(drawn.map((each) => Reflect.get(each, gate)))].sort(), gate).toEqual(
        [...values].sort(),
      );
    // No answer is so common that guessing it pays, and the gates are all asked.
    for (const [, n] of answers) expect(n / count).toBeLessThan(0.5);
    expect(answers.size).toBeGreaterThanOrEqual(10);
  }, 1_200_000);

  it('the same seed gives the same question, and a hundred take no time', async () => {
    const [a, b] = [await generate(lab, 4711), await generate(lab, 4711)];
    expect(a).toEqual(b);
    const started = performance.now();
    for (let seed = 1; seed <= 100; seed++) await generate(lab, seed);
    // The promise is 2 s on a quiet machine; a busy one gets more.
    expect(performance.now() - started).toBeLessThan(8000);
  });

  it('difficulty is the number of gates that matter', async () => {
    const found = new Set<number>();
    for (let seed = 1; seed <= 30; seed++) found.add(await difficultyOf(lab, await generate(lab, seed)));
    expect(found.size).toBeGreaterThanOrEqual(3);
    expect(Math.max(...found)).toBeLessThanOrEqual(6);
  });
});
