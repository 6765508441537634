import {
  fromUtf8,
  isRefusal,
  toBase64,
  utf8,
  type Bytes,
  type Operation,
  type Refusal,
  type Service,
  type SsmParameterRec,
  type Step,
} from '../../engine/index.ts';
import { kmsAs, type Kms } from '../callingKms.ts';
import { declareIn } from '../declare.ts';
import { mustOpen, sealData } from '../keeping.ts';
import { at, below } from '../refs.ts';
import { jsonErrors, makeService } from '../service.ts';
import shapes from '../shapes/ssm.json';
import { alreadyExists, invalid, notFound, ofKey, worded } from './words.ts';

/*
 * The Parameter Store. A standard parameter is encrypted by KMS itself, an advanced one by a data key (services.json "SSM
 * SecureString"); nothing is cached, and without WithDecryption KMS is not asked.
 * https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_PutParameter.html
 */

const ssm = declareIn('ssm');

/** services.json tiers. */
const longest = { Standard: 4096, Advanced: 8192 } as const;

const kmsFor = (step: Step): Kms => kmsAs(step, { kind: 'forward', via: 'ssm' }, { worded });

const arnOf = (name: string, { identity, region }: Step): string =>
  `arn:aws:ssm:${region}:${identity.account}:parameter${name.startsWith('/') ? '' : '/'}${name}`;

const parameterOf = (name: string, { view, identity, region }: Step): SsmParameterRec | undefined =>
  view.get(at.ssmParameter(identity.account, region, name));

interface PutRequest {
  readonly Name: string;
  readonly Value: string;
  readonly Type?: SsmParameterRec['type'];
  readonly KeyId?: string;
  readonly Tier?: SsmParameterRec['tier'];
  readonly Overwrite?: boolean;
}

type Sealed = Pick<SsmParameterRec, 'keyId' | 'keyArn' | 'value' | 'wrapped'>;

async function seal(
  input: PutRequest,
  arn: string,
  tier: SsmParameterRec['tier'],
  step: Step,
): Promise<Sealed | Refusal> {
  const keyId = input.KeyId ?? 'alias/aws/ssm';
  const plain = utf8(input.Value);
  const context = { PARAMETER_ARN: arn };
  if (tier === 'Standard') {
    const sealed = await kmsFor(step).encrypt(keyId, plain, context);
    return isRefusal(sealed)
      ? sealed
      : { keyId, keyArn: sealed.keyArn, value: sealed.wrapped, wrapped: undefined };
  }
  const key = await kmsFor(step).dataKey(keyId, context);
  if (isRefusal(key)) return key;
  step.note({
    kind: 'dataSealed',
    what: input.Name,
    byteLength: plain.length,
    under: `a data key under ${key.keyArn}`,
  });
  return { keyId, keyArn: key.keyArn, value: sealData(step, key.plain, plain, arn), wrapped: key.wrapped };
}

async function open(rec: SsmParameterRec, step: Step): Promise<Bytes | Refusal> {
  const context = { PARAMETER_ARN: rec.arn };
  if (!rec.wrapped) return kmsFor(step).decrypt(rec.value, context);
  const key = await kmsFor(step).decrypt(rec.wrapped, context);
  if (isRefusal(key)) return key;
  const plain = mustOpen(key, rec.value, rec.arn);
  step.note({
    kind: 'dataOpened',
    what: rec.name,
    byteLength: plain.length,
    under: `a data key under ${rec.keyArn ?? ''}`,
  });
  return plain;
}

const PutParameter = ssm<PutRequest, object>({
  name: 'PutParameter',
  refusals: ['ParameterAlreadyExists', 'ValidationException', ...ofKey],
  on: ({ Name }, step) => arnOf(Name, step),
  members: ['Name', 'Type', 'KeyId', 'Tier', 'Overwrite'],
  async run(input, step) {
    const { Name, Value, KeyId, Overwrite = false } = input;
    const { identity, region, env, view } = step;
    const there = parameterOf(Name, step);
    if (there && !Overwrite) return alreadyExists();
    const type = input.Type ?? there?.type;
    if (type === undefined) return invalid('A parameter type is required when you create a parameter.');
    const tier = input.Tier ?? there?.tier ?? 'Standard';
    if (there?.tier === 'Advanced' && tier === 'Standard')
      return invalid('An advanced parameter cannot become a standard one.'); // services.json "note"
    if (KeyId !== undefined && type !== 'SecureString')
      return invalid('KeyId is required for SecureString type parameter only.');
    const bytes = utf8(Value);
    if (bytes.length > longest[tier])
      return invalid(
        `${tier} tier parameters support a maximum parameter value of ${longest[tier]} characters.`,
      );
    const arn = arnOf(Name, step);
    const sealed: Sealed | Refusal =
      type === 'SecureString'
        ? await seal(input, arn, tier, step)
        : { keyId: undefined, keyArn: undefined, value: bytes, wrapped: undefined };
    if (isRefusal(sealed)) return sealed;
    const version = (there?.version ?? 0) + 1;
    const { account } = identity;
    view.put(at.ssmParameter(account, region, Name), {
      ...sealed,
      arn,
      name: Name,
      account,
      region,
      type,
      tier,
      version,
      modified: env.at,
    });
    return { Version: version, Tier: tier };
  },
  shows: (shown) => ({ ...shown }),
});

async function shown(rec: SsmParameterRec, decrypted: boolean, step: Step): Promise<object | Refusal> {
  const bytes = decrypted && rec.type === 'SecureString' ? await open(rec, step) : rec.value;
  if (isRefusal(bytes)) return bytes;
  const sealed = rec.type === 'SecureString' && !decrypted;
  return {
    Name: rec.name,
    Type: rec.type,
    // What is not decrypted is shown as it is kept.
    Value: sealed ? toBase64(bytes) : (fromUtf8(bytes) ?? ''),
    Version: rec.version,
    LastModifiedDate: new Date(rec.modified),
    ARN: rec.arn,
  };
}

const GetParameter = ssm<{ readonly Name: string; readonly WithDecryption?: boolean }, object>({
  name: 'GetParameter',
  readOnly: true,
  refusals: ['ParameterNotFound', ...ofKey],
  on: ({ Name }, step) => arnOf(Name, step),
  members: ['Name', 'WithDecryption'],
  async run({ Name, WithDecryption = false }, step) {
    const rec = parameterOf(Name, step);
    if (!rec) return notFound(Name);
    const Parameter = await shown(rec, WithDecryption, step);
    return isRefusal(Parameter) ? Parameter : { Parameter };
  },
});

const GetParameters = ssm<{ readonly Names: readonly string[]; readonly WithDecryption?: boolean }, object>({
  name: 'GetParameters',
  readOnly: true,
  refusals: ofKey,
  asks: ({ Names }, step) => Names.map((name) => ({ action: 'ssm:GetParameters', on: arnOf(name, step) })),
  members: ['Names', 'WithDecryption'],
  async run({ Names, WithDecryption = false }, step) {
    const Parameters: object[] = [];
    for (const name of Names) {
      const rec = parameterOf(name, step);
      const one = rec && (await shown(rec, WithDecryption, step));
      if (one && isRefusal(one)) return one;
      if (one) Parameters.push(one);
    }
    return { Parameters, InvalidParameters: Names.filter((name) => !parameterOf(name, step)) };
  },
});

const DeleteParameter = ssm<{ readonly Name: string }>({
  name: 'DeleteParameter',
  refusals: ['ParameterNotFound'],
  on: ({ Name }, step) => arnOf(Name, step),
  members: ['Name'],
  run({ Name }, step) {
    const rec = parameterOf(Name, step);
    if (!rec) return notFound(Name);
    step.view.put(at.ssmParameter(rec.account, rec.region, Name), undefined);
    return undefined;
  },
});

const DescribeParameters = ssm<object, object>({
  name: 'DescribeParameters',
  readOnly: true,
  refusals: [],
  members: [],
  run(_, { view, identity, region }) {
    const found = view.range('ref', { prefix: below.ssmParameters(identity.account, region), n: 1000 });
    const Parameters = found.map(({ rec }) => {
      const { name, arn, type, tier, version, keyId, modified } = rec as SsmParameterRec;
      return {
        Name: name,
        ARN: arn,
        Type: type,
        Tier: tier,
        Version: version,
        ...(keyId === undefined ? {} : { KeyId: keyId }),
        LastModifiedDate: new Date(modified),
      };
    });
    return { Parameters };
  },
});

export const ssmOperations: readonly Operation[] = [
  PutParameter,
  GetParameter,
  GetParameters,
  DeleteParameter,
  DescribeParameters,
];

export const ssmService: Service = makeService('ssm', shapes, ssmOperations, jsonErrors);
