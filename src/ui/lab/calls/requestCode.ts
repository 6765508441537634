import { isBytes, readableText, toBase64 } from '../../format/bytes.ts';

/*
 * A request as the three clients that people use write it. Blobs that are readable text stay readable where the language
 * lets them; anything else is base64.
 */

export type Language = 'cli' | 'js' | 'python';
export const languages: readonly Language[] = ['cli', 'js', 'python'];

type Input = Readonly<Record<string, unknown>>;
interface Request {
  readonly operation: string;
  readonly input: Input;
  readonly region: string;
}

/** botocore's `xform_name`: `ReEncrypt` → `re-encrypt`. */
const split = (name: string, by: string): string =>
  name.replace(/([a-z0-9])([A-Z])/g, `$1${by}$2`).toLowerCase();

const shell = (text: string): string =>
  /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;

function cliValue(value: unknown): string {
  if (isBytes(value)) return shell(toBase64(value));
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value) && value.every((item) => typeof item === 'string'))
    return value.map((item) => shell(item)).join(' ');
  if (typeof value === 'object' && value !== null) return shell(JSON.stringify(value));
  return shell(String(value));
}

function cli({ operation, input, region }: Request): string {
  const members = Object.entries(input).map(([name, value]) => {
    const option = split(name, '-');
    if (typeof value === 'boolean') return value ? `--${option}` : `--no-${option}`;
    return `--${option} ${cliValue(value)}`;
  });
  return [`aws kms ${split(operation, '-')}`, ...members, `--region ${region}`].join(' \\\n  ');
}

const quoted = (text: string): string =>
  `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'").replaceAll('\n', '\\n').replaceAll('\r', '\\r')}'`;

function js({ operation, input, region }: Request): string {
  const value = (v: unknown, indent: string): string => {
    if (isBytes(v)) {
      const text = readableText(v);
      return text === undefined
        ? `Buffer.from(${quoted(toBase64(v))}, 'base64')`
        : `Buffer.from(${quoted(text)})`;
    }
    if (v instanceof Date) return `new Date(${quoted(v.toISOString())})`;
    if (Array.isArray(v)) return `[${v.map((item) => value(item, indent)).join(', ')}]`;
    if (typeof v === 'object' && v !== null) return object(v as Input, indent);
    return typeof v === 'string' ? quoted(v) : String(v);
  };
  const object = (members: Input, indent: string): string => {
    const inner = `${indent}  `;
    const lines = Object.entries(members).map(
      ([name, v]) => `${inner}${/^[A-Za-z_]\w*$/.test(name) ? name : quoted(name)}: ${value(v, inner)},`,
    );
    return lines.length === 0 ? '{}' : `{\n${lines.join('\n')}\n${indent}}`;
  };
  return [
    `import { KMSClient, ${operation}Command } from '@aws-sdk/client-kms';`,
    '',
    `const kms = new KMSClient({ region: ${quoted(region)} });`,
    `const answer = await kms.send(new ${operation}Command(${object(input, '')}));`,
  ].join('\n');
}

function python({ operation, input, region }: Request): string {
  let base64 = false;
  let dates = false;
  const value = (v: unknown): string => {
    if (isBytes(v)) {
      const text = readableText(v);
      if (text !== undefined && /^[\x20-\x7e\n]*$/.test(text)) return `b${quoted(text)}`;
      base64 = true;
      return `base64.b64decode(${quoted(toBase64(v))})`;
    }
    if (v instanceof Date) {
      dates = true;
      return `datetime.fromisoformat(${quoted(v.toISOString().replace('Z', '+00:00'))})`;
    }
    if (Array.isArray(v)) return `[${v.map(value).join(', ')}]`;
    if (typeof v === 'object' && v !== null)
      return `{${Object.entries(v)
        .map(([name, item]) => `${quoted(name)}: ${value(item)}`)
        .join(', ')}}`;
    if (typeof v === 'boolean') return v ? 'True' : 'False';
    return typeof v === 'string' ? quoted(v) : String(v);
  };
  const members = Object.entries(input).map(([name, v]) => `    ${name}=${value(v)},`);
  const call = `answer = kms.${split(operation, '_')}(${members.length === 0 ? ')' : `\n${members.join('\n')}\n)`}`;
  return [
    ...(base64 ? ['import base64'] : []),
    ...(dates ? ['from datetime import datetime'] : []),
    'import boto3',
    '',
    `kms = boto3.client('kms', region_name=${quoted(region)})`,
    call,
  ].join('\n');
}

const writers: Readonly<Record<Language, (request: Request) => string>> = { cli, js, python };
export const requestCode = (language: Language, request: Request): string => writers[language](request);
