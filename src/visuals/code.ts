/*
 * A call as the AWS SDK for Java 2.x writes it, with the values of the run. The other three languages are in the lab's
 * own writer, which the stage shares.
 */

interface Call {
  readonly operation: string;
  readonly input: Readonly<Record<string, unknown>>;
  readonly region: string;
}

const quoted = (text: string): string => JSON.stringify(text);
const lower = (name: string): string => name.charAt(0).toLowerCase() + name.slice(1);
const base64 = (bytes: Uint8Array): string => btoa(String.fromCharCode(...bytes));

function value(of: unknown): string {
  if (of instanceof Uint8Array)
    return `SdkBytes.fromByteArray(Base64.getDecoder().decode(${quoted(base64(of))}))`;
  if (of instanceof Date) return `Instant.parse(${quoted(of.toISOString())})`;
  if (Array.isArray(of)) return `List.of(${of.map(value).join(', ')})`;
  if (typeof of === 'object' && of !== null)
    return `Map.of(${Object.entries(of)
      .map(([name, item]) => `${quoted(name)}, ${value(item)}`)
      .join(', ')})`;
  return typeof of === 'string' ? quoted(of) : String(of);
}

export function javaCode({ operation, input, region }: Call): string {
  const members = Object.entries(input).map(([name, of]) => `    .${lower(name)}(${value(of)})`);
  return [
    `KmsClient kms = KmsClient.builder().region(Region.of(${quoted(region)})).build();`,
    members.length === 0
      ? `${operation}Response answer = kms.${lower(operation)}();`
      : `${operation}Response answer = kms.${lower(operation)}(request -> request\n${members.join('\n')});`,
  ].join('\n');
}
