import { parseAst } from 'vite';
import { describe, expect, it } from 'vitest';
import { keyLife, wrapping, type FleetSetting, type Run } from '../../flows/index.ts';
import { fakeSetting } from '../../flows/fakeWorld.fixture.ts';
import {
  envelopeRecipe,
  fleetRecipe,
  Ref,
  storyRecipe,
  writeCall,
  writeRecipe,
  type Recipe,
} from './index.ts';

const run = (scene: Run['scene']): Run => ({
  format: 1,
  scene,
  setting: fakeSetting,
  beats: [],
  deeds: [],
  earlier: { calls: 0, trailLines: 0 },
  progress: undefined,
  stop: undefined,
  fault: undefined,
});
const unplayed = (story: 'wrapping' | 'keyLife') =>
  ({ story, opening: undefined, records: [], deeds: [], fault: undefined }) as const;
const fleet: FleetSetting = {
  clients: 4,
  jobsPerSecond: 10,
  loadSeconds: 1,
  seconds: 2,
  quota: 20_000,
  retry: 'fullJitter',
  attempts: 9,
  dataKeyCache: { uses: 100, seconds: 60 },
  bucketKeys: true,
  seed: 1,
};
const recipes: readonly (readonly [string, Recipe, number])[] = [
  ['envelope encryption', envelopeRecipe(run('envelopeEncrypt'), 184), 8],
  ['envelope decryption', envelopeRecipe(run('envelopeDecrypt'), 184), 8],
  ['wrapping', storyRecipe(wrapping, unplayed('wrapping'), wrapping.choices), 8],
  ['the life of a key', storyRecipe(keyLife, unplayed('keyLife'), keyLife.choices), 13],
  ['throttling', fleetRecipe('Run B', fleet, 'eu-north-1', true, 2), 2],
];
const textOf = (recipe: Recipe, language: Parameters<typeof writeRecipe>[1]) =>
  writeRecipe(recipe, language)
    .map(({ text }) => text)
    .join('\n');

describe.each(recipes)('the recipe of %s', (_, recipe, beats) => {
  it('lights something at every beat, in every language', () => {
    for (const language of ['cli', 'js', 'python', 'java'] as const)
      for (let beat = 0; beat < beats; beat += 1)
        expect(
          writeRecipe(recipe, language).some(({ at }) => at.includes(beat)),
          `${language}, beat ${beat}`,
        ).toBe(true);
  });

  it('is JavaScript that parses', () => {
    const js = textOf(recipe, 'js');
    // A scene asks for the same thing several times, and throws answers away: names may come twice.
    expect(() => parseAst(js)).not.toThrow();
  });

  it('names every call in every language', () => {
    for (const step of recipe.steps) {
      if (step.kind !== 'call') continue;
      const { operation } = step.call;
      const dashed = operation.replaceAll(/([a-z0-9])([A-Z])/g, '$1-$2').toLowerCase();
      expect(textOf(recipe, 'cli')).toContain(dashed);
      expect(textOf(recipe, 'js')).toContain(`new ${operation}Command(`);
      expect(textOf(recipe, 'python')).toContain(`.${dashed.replaceAll('-', '_')}(`);
      expect(textOf(recipe, 'java')).toContain(`.${operation.charAt(0).toLowerCase()}${operation.slice(1)}(`);
    }
  });
});

describe('one call', () => {
  const call = {
    operation: 'Encrypt',
    input: { KeyId: "alias/it's", Plaintext: new TextEncoder().encode('gehört mir'), DryRun: true },
  };
  it.each([
    ['cli', `aws kms encrypt \\\n  --key-id 'alias/it'\\''s' \\\n`],
    ['js', `Plaintext: Buffer.from('gehört mir')`],
    ['python', `KeyId='alias/it\\'s'`],
    ['java', `.keyId("alias/it's")`],
  ] as const)('in %s has the values, quoted as the language wants them', (language, part) => {
    expect(writeCall(call, 'eu-west-1', language)).toContain(part);
    expect(writeCall(call, 'eu-west-1', language)).toContain('eu-west-1');
  });
  it('of another service goes to its own client', () => {
    const assume = { service: 'sts', operation: 'AssumeRole', input: { RoleArn: 'arn:aws:iam::1:role/App' } };
    expect(writeCall(assume, 'us-east-1', 'cli')).toMatch(/^aws sts assume-role/);
    expect(writeCall(assume, 'us-east-1', 'python')).toContain("sts = boto3.client('sts'");
    expect(writeCall(assume, 'us-east-1', 'js')).toContain("from '@aws-sdk/client-sts'");
    expect(writeCall(assume, 'us-east-1', 'java')).toContain('StsClient sts =');
  });
  it('takes what an earlier one brought by its name', () => {
    const decrypt = { operation: 'Decrypt', input: { CiphertextBlob: new Ref('wrappedKey') } };
    expect(writeCall(decrypt, 'us-east-1', 'python')).toContain('CiphertextBlob=wrapped_key');
    expect(writeCall(decrypt, 'us-east-1', 'cli')).toContain('"$wrapped_key"');
    expect(writeCall(decrypt, 'us-east-1', 'js')).toContain('CiphertextBlob: wrappedKey');
  });
});
