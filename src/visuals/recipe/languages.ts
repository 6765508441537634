import { Ref, serviceOf, type RecipeCall, type Writer } from './parts.ts';

/* The four languages. Names of members and methods as each SDK has them; blobs that are readable text stay readable. */

export const words = { ends: (refused: string) => `ends with ${refused}` } as const;

const lower = (name: string): string => name.charAt(0).toLowerCase() + name.slice(1);
/** botocore's `xform_name`: `ReEncrypt` to `re_encrypt`. */
const split = (name: string, by: string): string =>
  name.replaceAll(/([a-z0-9])([A-Z])/g, `$1${by}$2`).toLowerCase();
const base64 = (bytes: Uint8Array): string => btoa(String.fromCharCode(...bytes));
/** The text that bytes are, when they are one that fits on a line. */
function readable(bytes: Uint8Array): string | undefined {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return /^[\p{L}\p{N}\p{P}\p{S} ]+$/u.test(text) ? text : undefined;
  } catch {
    return undefined;
  }
}
const isMap = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null;
const single = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;

// --- AWS CLI ---------------------------------------------------------------------------------------------------------

const shell = (text: string): string =>
  /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
function cliValue(value: unknown): string {
  if (value instanceof Ref) return `fileb://<(base64 -d <<<"$${split(value.name, '_')}")`;
  if (value instanceof Uint8Array) return shell(base64(value));
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value) && value.every((item) => typeof item === 'string'))
    return value.map((item) => shell(item)).join(' ');
  return shell(isMap(value) ? JSON.stringify(value) : String(value));
}
export const cli: Writer = {
  head: () => '',
  call(call, take, region) {
    const members = Object.entries(call.input).map(([name, value]) => {
      const option = split(name, '-');
      if (typeof value === 'boolean') return value ? `--${option}` : `--no-${option}`;
      return `--${option} ${cliValue(value)}`;
    });
    const taken = Object.entries(take);
    const service = serviceOf(call) === 's3' ? 's3api' : serviceOf(call);
    const parts = [`aws ${service} ${split(call.operation, '-')}`, ...members, `--region ${region}`];
    if (taken.length === 0) return parts.join(' \\\n  ');
    const names = taken.map(([, name]) => split(name, '_')).join(' ');
    const query = taken.map(([member]) => member).join(',');
    const asked = [...parts, `--query '[${query}]'`, '--output text'].join(' \\\n  ');
    return `read -r ${names} <<<"$(${asked})"`;
  },
  comment: (text) => `# ${text}`,
};

// --- AWS SDK for JavaScript v3 ---------------------------------------------------------------------------------------

const clientClasses: Readonly<Record<string, string>> = {
  kms: 'KMSClient',
  sts: 'STSClient',
  iam: 'IAMClient',
  s3: 'S3Client',
};
const isName = (text: string): boolean => /^[A-Za-z_$][\w$]*$/.test(text);
function jsValue(value: unknown, deep = 1): string {
  if (value instanceof Ref) return value.name;
  if (value instanceof Uint8Array) {
    const text = readable(value);
    return text === undefined
      ? `Buffer.from(${single(base64(value))}, 'base64')`
      : `Buffer.from(${single(text)})`;
  }
  if (value instanceof Date) return `new Date(${single(value.toISOString())})`;
  if (Array.isArray(value)) return `[${value.map((item) => jsValue(item, deep)).join(', ')}]`;
  if (isMap(value)) return jsMap(value, deep);
  return typeof value === 'string' ? single(value) : String(value);
}
function jsMap(value: Record<string, unknown>, deep: number): string {
  const members = Object.entries(value).map(([name, item]) => {
    const said = jsValue(item, deep + 1);
    return said === name ? name : `${isName(name) ? name : single(name)}: ${said}`;
  });
  const line = `{ ${members.join(', ')} }`;
  if (members.length === 0) return '{}';
  if (line.length < 60) return line;
  const pad = '  '.repeat(deep);
  return `{\n${members.map((member) => `${pad}${member},`).join('\n')}\n${'  '.repeat(deep - 1)}}`;
}
export const javaScript: Writer = {
  head: ({ region, steps }, services) =>
    services
      .flatMap((service) => {
        const commands = steps
          .flatMap((step) => (step.kind === 'call' && serviceOf(step.call) === service ? [step.call] : []))
          .map(({ operation }) => `${operation}Command`);
        const client = clientClasses[service] ?? `${service.toUpperCase()}Client`;
        const names = [...[...new Set(commands)].toSorted(), client];
        const line = `import { ${names.join(', ')} } from '@aws-sdk/client-${service}';`;
        const long = `import {\n  ${names.join(',\n  ')},\n} from '@aws-sdk/client-${service}';`;
        return [
          line.length < 76 ? line : long,
          `const ${service} = new ${client}({ region: ${single(region)} });`,
        ];
      })
      .join('\n'),
  call(call, take) {
    const input = jsMap({ ...call.input }, 1);
    const command = `await ${serviceOf(call)}.send(new ${call.operation}Command(${input}))`;
    const taken = Object.entries(take).map(([member, name]) =>
      member === name ? name : `${member}: ${name}`,
    );
    return taken.length === 0 ? `${command};` : `const { ${taken.join(', ')} } = ${command};`;
  },
  comment: (text) => `// ${text}`,
};

// --- boto3 -----------------------------------------------------------------------------------------------------------

function pyValue(value: unknown): string {
  if (value instanceof Ref) return split(value.name, '_');
  if (value instanceof Uint8Array) {
    const text = readable(value);
    if (text === undefined) return `base64.b64decode(${single(base64(value))})`;
    // Only ASCII may stand in a bytes literal.
    return /^[ -~]+$/.test(text) ? `b${single(text)}` : `${single(text)}.encode()`;
  }
  if (value instanceof Date) return `datetime.fromisoformat(${single(value.toISOString())})`;
  if (Array.isArray(value)) return `[${value.map(pyValue).join(', ')}]`;
  if (isMap(value))
    return `{${Object.entries(value)
      .map(([name, item]) => `${single(name)}: ${pyValue(item)}`)
      .join(', ')}}`;
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  return typeof value === 'string' ? single(value) : String(value);
}
export const python: Writer = {
  head({ region, steps }, services) {
    const said = steps.map((step) => (step.kind === 'call' ? pyValue(step.call.input) : '')).join(' ');
    return [
      ...(said.includes('base64.') ? ['import base64'] : []),
      ...(said.includes('datetime.') ? ['from datetime import datetime'] : []),
      'import boto3',
      ...services.map(
        (service) => `${service} = boto3.client(${single(service)}, region_name=${single(region)})`,
      ),
    ].join('\n');
  },
  call(call, take) {
    const members = Object.entries(call.input).map(([name, value]) => `${name}=${pyValue(value)}`);
    const flat = `${serviceOf(call)}.${split(call.operation, '_')}(${members.join(', ')})`;
    const made =
      flat.length < 72
        ? flat
        : `${serviceOf(call)}.${split(call.operation, '_')}(\n${members.map((member) => `    ${member},`).join('\n')}\n)`;
    const taken = Object.entries(take);
    if (taken.length === 0) return made;
    const [first] = taken;
    if (taken.length === 1 && first) return `${split(first[1], '_')} = ${made}['${first[0]}']`;
    return [
      `answer = ${made}`,
      ...taken.map(([member, name]) => `${split(name, '_')} = answer['${member}']`),
    ].join('\n');
  },
  comment: (text) => `# ${text}`,
};

// --- AWS SDK for Java 2.x --------------------------------------------------------------------------------------------

const javaClasses: Readonly<Record<string, string>> = {
  kms: 'KmsClient',
  sts: 'StsClient',
  iam: 'IamClient',
};
const quoted = (text: string): string => JSON.stringify(text);
function javaValue(value: unknown): string {
  if (value instanceof Ref) return value.name;
  if (value instanceof Uint8Array) {
    const text = readable(value);
    return text === undefined
      ? `SdkBytes.fromByteArray(Base64.getDecoder().decode(${quoted(base64(value))}))`
      : `SdkBytes.fromUtf8String(${quoted(text)})`;
  }
  if (value instanceof Date) return `Instant.parse(${quoted(value.toISOString())})`;
  if (Array.isArray(value)) return `List.of(${value.map(javaValue).join(', ')})`;
  if (isMap(value))
    return `Map.of(${Object.entries(value)
      .map(([name, item]) => `${quoted(name)}, ${javaValue(item)}`)
      .join(', ')})`;
  return typeof value === 'string' ? quoted(value) : String(value);
}
/** The setter that takes names as text: `operations` of an enum have another one. */
const setter = (name: string, value: unknown): string =>
  name === 'Operations' && Array.isArray(value) ? `${lower(name)}WithStrings` : lower(name);
export const java: Writer = {
  head: ({ region }, services) =>
    services
      .map((service) => {
        const client = javaClasses[service] ?? service;
        return `${client} ${service} = ${client}.builder().region(Region.of(${quoted(region)})).build();`;
      })
      .join('\n'),
  call(call: RecipeCall, take) {
    const members = Object.entries(call.input).map(
      ([name, value]) => `\n    .${setter(name, value)}(${javaValue(value)})`,
    );
    const made = `${serviceOf(call)}.${lower(call.operation)}(${members.length === 0 ? '' : `request -> request${members.join('')}`})`;
    const taken = Object.entries(take);
    if (taken.length === 0) return `${made};`;
    const [first] = taken;
    if (taken.length === 1 && first) return `SdkBytes ${first[1]} = ${made}.${lower(first[0])}();`;
    return [
      `var answer = ${made};`,
      ...taken.map(([member, name]) => `SdkBytes ${name} = answer.${lower(member)}();`),
    ].join('\n');
  },
  comment: (text) => `// ${text}`,
};
