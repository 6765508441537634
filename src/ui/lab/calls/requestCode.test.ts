import { expect, test } from 'vitest';
import { utf8 } from '../../format/bytes.ts';
import { requestCode } from './requestCode.ts';

const request = {
  operation: 'GenerateDataKeyWithoutPlaintext',
  region: 'eu-west-1',
  input: {
    KeyId: 'alias/payroll',
    KeySpec: 'AES_256',
    EncryptionContext: { "it's": 'ours' },
    GrantTokens: ['AQ=='],
    DryRun: true,
  },
};

test('AWS CLI: names in kebab case, a flag for a boolean, JSON quoted for the shell', () => {
  expect(requestCode('cli', request)).toBe(
    [
      'aws kms generate-data-key-without-plaintext',
      '--key-id alias/payroll',
      '--key-spec AES_256',
      `--encryption-context '{"it'\\''s":"ours"}'`,
      '--grant-tokens AQ==',
      '--dry-run',
      '--region eu-west-1',
    ].join(' \\\n  '),
  );
});

test('JavaScript: the command class, strings escaped, readable bytes readable', () => {
  const code = requestCode('js', { ...request, operation: 'Encrypt', input: { Plaintext: utf8("it's\n") } });
  expect(code).toContain("import { KMSClient, EncryptCommand } from '@aws-sdk/client-kms';");
  expect(code).toContain("Plaintext: Buffer.from('it\\'s\\n'),");
  expect(requestCode('js', request)).toContain("'it\\'s': 'ours',");
});

test('boto3: snake case, True, base64 only where it is needed', () => {
  const code = requestCode('python', {
    ...request,
    input: { ...request.input, Plaintext: new Uint8Array([255]), ValidTo: new Date(0) },
  });
  expect(code).toContain('kms.generate_data_key_without_plaintext(');
  expect(code).toContain("Plaintext=base64.b64decode('/w=='),");
  expect(code).toContain("ValidTo=datetime.fromisoformat('1970-01-01T00:00:00.000+00:00'),");
  expect(code).toContain('DryRun=True,');
  expect(requestCode('python', request)).not.toContain('base64');
});
