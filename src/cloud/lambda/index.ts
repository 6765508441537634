import {
  fromUtf8,
  isRefusal,
  utf8,
  type Bytes,
  type LambdaFunctionRec,
  type Operation,
  type Refusal,
  type Service,
  type Step,
} from '../../engine/index.ts';
import { kmsAs, type Kms } from '../callingKms.ts';
import { declareIn } from '../declare.ts';
import { dropKey, heldKey, holderName, holdKey } from '../keeping.ts';
import { at, below } from '../refs.ts';
import { roleFor, sessionOf } from '../serviceRoles.ts';
import { makeService } from '../service.ts';
import shapes from '../shapes/lambda.json';
import { conflict, invalid, notConfigured, notDecrypted, notFound, notShown, ofInvoke } from './words.ts';

/*
 * Functions, as far as their environment variables go: encrypted when they are set, decrypted once for each execution
 * environment by the role that the function runs as (services.json Lambda).
 * https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html
 */

const lambda = declareIn('lambda');

const arnOf = (name: string, { identity, region }: Step): string =>
  `arn:aws:lambda:${region}:${identity.account}:function:${name}`;
const functionOf = (name: string, { view, identity, region }: Step): LambdaFunctionRec | undefined =>
  view.get(at.lambdaFunction(identity.account, region, name));
const put = (rec: LambdaFunctionRec, { view }: Step): void =>
  view.put(at.lambdaFunction(rec.account, rec.region, rec.name), rec);

interface OfFunction {
  readonly FunctionName: string;
}
interface Environment {
  readonly Variables?: Readonly<Record<string, string>>;
}
const onFunction = ({ FunctionName }: OfFunction, step: Step): string => arnOf(FunctionName, step);
const contextOf = (arn: string) => ({ 'aws:lambda:FunctionArn': arn });
const via = { kind: 'forward', via: 'lambda' } as const;
const kmsFor = (step: Step, worded: (refusal: Refusal) => Refusal): Kms => kmsAs(step, via, { worded });
const ownHost = (step: Step): string => `lambda.${step.region}.amazonaws.com`;

/** services.json: with a customer managed key CreateGrant and Encrypt; with the default key nothing is asked of the caller. */
async function encrypted(
  fn: Pick<LambdaFunctionRec, 'arn' | 'role' | 'keyId'>,
  variables: Readonly<Record<string, string>>,
  step: Step,
): Promise<Pick<LambdaFunctionRec, 'environment' | 'keyArn' | 'grantId'> | Refusal> {
  const none = { environment: undefined, keyArn: undefined, grantId: undefined };
  if (Object.keys(variables).length === 0) return none;
  const kms = kmsFor(step, notConfigured);
  const context = contextOf(fn.arn);
  const grant =
    fn.keyId === undefined
      ? undefined
      : await kms.createGrant({
          KeyId: fn.keyId,
          GranteePrincipal: fn.role,
          // OURS: who retires it.
          RetiringPrincipal: ownHost(step),
          Operations: ['Decrypt'],
          Constraints: { EncryptionContextSubset: context },
        });
  if (grant && isRefusal(grant)) return grant;
  const sealed = await kms.encrypt(fn.keyId ?? 'alias/aws/lambda', utf8(JSON.stringify(variables)), context);
  if (isRefusal(sealed)) return sealed;
  return { environment: sealed.wrapped, keyArn: sealed.keyArn, grantId: grant?.GrantId };
}

const retire = async ({ keyArn, grantId, account }: LambdaFunctionRec, step: Step): Promise<void> => {
  if (!keyArn || grantId === undefined) return;
  const itself = { kind: 'service', service: ownHost(step), sourceAccount: account } as const;
  await kmsAs(step, itself, { worded: notConfigured }).retireGrant(keyArn, grantId);
};

const configuration = ({ arn, name, role, keyId, modified }: LambdaFunctionRec) => ({
  FunctionName: name,
  FunctionArn: arn,
  Role: role,
  ...(keyId === undefined ? {} : { KMSKeyArn: keyId }),
  LastModified: new Date(modified).toISOString(),
});

const holderOf = ({ region, arn }: LambdaFunctionRec): string => holderName('lambda', region, arn);
const warm = ({ name }: LambdaFunctionRec): string => `the execution environment of ${name}`;

const CreateFunction = lambda<
  OfFunction & { readonly Role: string; readonly Environment?: Environment; readonly KMSKeyArn?: string },
  object
>({
  name: 'CreateFunction',
  refusals: ['ResourceConflictException', 'InvalidParameterValueException'],
  on: onFunction,
  members: ['FunctionName', 'Role', 'KMSKeyArn'],
  async run({ FunctionName, Role, Environment = {}, KMSKeyArn }, step) {
    if (functionOf(FunctionName, step)) return conflict(FunctionName);
    if (!roleFor('lambda.amazonaws.com', Role, step))
      return invalid('The role defined for the function cannot be assumed by Lambda.');
    const bare = {
      arn: arnOf(FunctionName, step),
      name: FunctionName,
      account: step.identity.account,
      region: step.region,
      role: Role,
      keyId: KMSKeyArn,
      modified: step.env.at,
    };
    const environment = await encrypted(bare, Environment.Variables ?? {}, step);
    if (isRefusal(environment)) return environment;
    const fn: LambdaFunctionRec = { ...bare, ...environment };
    put(fn, step);
    return configuration(fn);
  },
  shows: (shown) => ({ ...shown }),
});

const UpdateFunctionConfiguration = lambda<
  OfFunction & { readonly Environment?: Environment; readonly KMSKeyArn?: string },
  object
>({
  name: 'UpdateFunctionConfiguration',
  refusals: ['ResourceNotFoundException', 'InvalidParameterValueException', ...ofInvoke],
  on: onFunction,
  members: ['FunctionName', 'KMSKeyArn'],
  async run({ FunctionName, Environment, KMSKeyArn }, step) {
    const old = functionOf(FunctionName, step);
    if (!old) return notFound(arnOf(FunctionName, step));
    const keyId = KMSKeyArn === '' ? undefined : (KMSKeyArn ?? old.keyId);
    // The variables go on under another key: Lambda has to have them in plain for that.
    const variables = Environment
      ? (Environment.Variables ?? {})
      : await variablesOf(old, step, notDecrypted);
    if (isRefusal(variables)) return variables;
    const environment = await encrypted({ ...old, keyId }, variables, step);
    if (isRefusal(environment)) return environment;
    await retire(old, step);
    dropKey(step, holderOf(old), warm(old));
    const fn: LambdaFunctionRec = { ...old, ...environment, keyId, modified: step.env.at };
    put(fn, step);
    return configuration(fn);
  },
  shows: (shown) => ({ ...shown }),
});

/** As the caller may see them. */
async function variablesOf(
  fn: LambdaFunctionRec,
  step: Step,
  worded: (refusal: Refusal) => Refusal,
): Promise<Readonly<Record<string, string>> | Refusal> {
  if (!fn.environment) return {};
  const plain = await kmsFor(step, worded).decrypt(fn.environment, contextOf(fn.arn));
  return isRefusal(plain) ? plain : read(plain);
}

/** Lambda has written them itself. */
const read = (plain: Bytes): Readonly<Record<string, string>> =>
  JSON.parse(fromUtf8(plain) ?? '{}') as Readonly<Record<string, string>>;

const GetFunctionConfiguration = lambda<OfFunction, object>({
  name: 'GetFunctionConfiguration',
  readOnly: true,
  refusals: ['ResourceNotFoundException'],
  on: onFunction,
  members: ['FunctionName'],
  async run({ FunctionName }, step) {
    const fn = functionOf(FunctionName, step);
    if (!fn) return notFound(arnOf(FunctionName, step));
    if (!fn.environment) return configuration(fn);
    const variables = await variablesOf(fn, step, notShown);
    const Environment = isRefusal(variables)
      ? { Error: { ErrorCode: variables.refused, Message: variables.message } }
      : { Variables: variables };
    return { ...configuration(fn), Environment };
  },
});

/** OURS: an execution environment lives on for a quarter of an hour without a call, and a function has one. */
export const idleSeconds = 900;

/** What an execution environment has, once it has come to life. */
async function comeToLife(
  fn: LambdaFunctionRec,
  step: Step,
): Promise<Readonly<Record<string, string>> | Refusal> {
  if (!fn.environment || !fn.keyArn) return {};
  const known = await heldKey(step, holderOf(fn), warm(fn), idleSeconds);
  if (known) return read(known.plain);
  const role = roleFor('lambda.amazonaws.com', fn.role, step);
  if (!role) return invalid('The role defined for the function cannot be assumed by Lambda.');
  const identity = sessionOf(role, fn.name);
  const kms = kmsAs(step, { kind: 'identity', identity, via: 'lambda' }, { worded: notDecrypted, grant: fn });
  const plain = await kms.decrypt(fn.environment, contextOf(fn.arn));
  if (isRefusal(plain)) return plain;
  const key = { plain, wrapped: fn.environment, keyArn: fn.keyArn };
  await holdKey(step, { holder: holderOf(fn), what: warm(fn), key });
  return read(plain);
}

const Invoke = lambda<OfFunction & { readonly Payload?: Bytes }, object>({
  name: 'Invoke',
  dataEvent: true,
  refusals: ['ResourceNotFoundException', 'InvalidParameterValueException', ...ofInvoke],
  asks: ({ FunctionName }, step) => [{ action: 'lambda:InvokeFunction', on: arnOf(FunctionName, step) }],
  members: ['FunctionName'],
  async run({ FunctionName }, step) {
    const fn = functionOf(FunctionName, step);
    if (!fn) return notFound(arnOf(FunctionName, step));
    const variables = await comeToLife(fn, step);
    if (isRefusal(variables)) return variables;
    // OURS: there is no code here; every function answers with its variables.
    return { StatusCode: 200, Payload: utf8(JSON.stringify(variables)) };
  },
});

const DeleteFunction = lambda<OfFunction>({
  name: 'DeleteFunction',
  refusals: ['ResourceNotFoundException'],
  on: onFunction,
  members: ['FunctionName'],
  async run({ FunctionName }, step) {
    const fn = functionOf(FunctionName, step);
    if (!fn) return notFound(arnOf(FunctionName, step));
    await retire(fn, step);
    dropKey(step, holderOf(fn), warm(fn));
    step.view.put(at.lambdaFunction(fn.account, fn.region, fn.name), undefined);
    return undefined;
  },
});

const ListFunctions = lambda<object, object>({
  name: 'ListFunctions',
  readOnly: true,
  refusals: [],
  members: [],
  run(_, { view, identity, region }) {
    const found = view.range('ref', { prefix: below.lambdaFunctions(identity.account, region), n: 1000 });
    return { Functions: found.map(({ rec }) => configuration(rec as LambdaFunctionRec)) };
  },
});

export const lambdaOperations: readonly Operation[] = [
  CreateFunction,
  UpdateFunctionConfiguration,
  GetFunctionConfiguration,
  Invoke,
  DeleteFunction,
  ListFunctions,
];

export const lambdaService: Service = makeService('lambda', shapes, lambdaOperations, {
  denied: 'AccessDeniedException',
  deniedStatus: 403,
  invalid: 'InvalidParameterValueException',
  unknown: 'UnknownOperationException',
});
