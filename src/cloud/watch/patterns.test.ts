import { describe, expect, it } from 'vitest';
import { isPatternFault, readEventPattern, type BusEvent } from './eventPattern.ts';
import { isFilterFault, readLogFilter } from './filterPattern.ts';

const detail = {
  eventName: 'Decrypt',
  sourceIPAddress: '203.0.113.77',
  userIdentity: { type: 'IAMUser', arn: 'arn:aws:iam::111122223333:user/Carol' },
  requestParameters: { pendingWindowInDays: 7, policy: null },
  resources: [
    { type: 'AWS::KMS::Key', ARN: 'arn:aws:kms:us-east-1:111122223333:key/a' },
    { type: 'AWS::KMS::Alias', ARN: 'arn:aws:kms:us-east-1:111122223333:alias/b' },
  ],
  readOnly: true,
};
const event: BusEvent = {
  id: '1',
  'detail-type': 'AWS API Call via CloudTrail',
  source: 'aws.kms',
  account: '111122223333',
  time: '2026-11-25T00:00:00Z',
  region: 'us-east-1',
  resources: ['one', 'two'],
  detail,
};

// EventBridge User Guide, "Comparison operators for use in event patterns".
describe('event patterns', () => {
  it.each<readonly [object, boolean]>([
    [{ source: ['aws.kms'] }, true],
    [{ source: ['aws.s3', 'aws.kms'] }, true],
    [{ source: ['aws.s3'] }, false],
    [{ resources: ['two'] }, true],
    [{ source: ['aws.kms'], region: ['eu-west-1'] }, false],
    [{ region: [{ prefix: 'us-' }] }, true],
    [{ region: [{ suffix: '-1' }] }, true],
    [{ source: [{ 'equals-ignore-case': 'AWS.KMS' }] }, true],
    [{ source: [{ prefix: { 'equals-ignore-case': 'AWS.' } }] }, true],
    [{ detail: { eventName: [{ 'anything-but': 'Decrypt' }] } }, false],
    [{ detail: { eventName: [{ 'anything-but': ['Encrypt', 'Sign'] }] } }, true],
    [{ detail: { eventName: [{ 'anything-but': { prefix: 'De' } }] } }, false],
    [{ detail: { eventName: [{ 'anything-but': { suffix: 'x' } }] } }, true],
    [{ detail: { eventName: [{ 'anything-but': { wildcard: '*cry*' } }] } }, false],
    [{ detail: { eventName: [{ 'anything-but': { 'equals-ignore-case': ['DECRYPT'] } }] } }, false],
    [{ detail: { absent: [{ 'anything-but': 'x' }] } }, false],
    [{ detail: { errorCode: [{ exists: false }] } }, true],
    [{ detail: { errorCode: [{ exists: true }] } }, false],
    [{ detail: { absent: { deep: [{ exists: false }] } } }, true],
    [{ detail: { requestParameters: { pendingWindowInDays: [{ numeric: ['>', 0, '<=', 7] }] } } }, true],
    [{ detail: { requestParameters: { pendingWindowInDays: [{ numeric: ['=', 30] }] } } }, false],
    [{ detail: { requestParameters: { policy: [null] } } }, true],
    [{ detail: { readOnly: [false] } }, false],
    [{ detail: { sourceIPAddress: [{ cidr: '203.0.113.0/24' }] } }, true],
    [{ detail: { sourceIPAddress: [{ cidr: '10.0.0.0/8' }] } }, false],
    [{ detail: { userIdentity: { arn: [{ wildcard: '*:user/C*l' }] } } }, true],
    // One object of a list must have all of it.
    [{ detail: { resources: { type: ['AWS::KMS::Key'], ARN: [{ suffix: '/a' }] } } }, true],
    [{ detail: { resources: { type: ['AWS::KMS::Key'], ARN: [{ suffix: '/b' }] } } }, false],
    [{ $or: [{ region: ['eu-west-1'] }, { source: ['aws.kms'] }] }, true],
    [{ detail: { $or: [{ eventName: ['Sign'] }, { readOnly: [false] }] } }, false],
  ])('%j: %s', (pattern, wanted) => {
    const read = readEventPattern(JSON.stringify(pattern));
    if (isPatternFault(read)) throw new Error(read.fault);
    expect(read.matches(event)).toBe(wanted);
  });

  it.each([
    ['[]', 'not an object'],
    ['{', 'JSON'],
    ['{}', 'Empty objects'],
    ['{"source": "aws.kms"}', 'must be an object or an array'],
    ['{"source": []}', 'Empty arrays'],
    ['{"source": [{"like": "x"}]}', 'Unrecognized match type like at source'],
    ['{"a": [{"prefix": "x", "suffix": "y"}]}', 'one operator'],
    ['{"a": [{"numeric": [">"]}]}', 'one or two comparisons'],
    ['{"a": [{"numeric": ["~", 1]}]}', 'operator ~'],
    ['{"a": [{"exists": "yes"}]}', 'true or false'],
    ['{"a": [{"cidr": "10.0.0.0"}]}', 'CIDR'],
    ['{"$or": [{"a": [1]}]}', 'two objects'],
  ])('%s is refused: %s', (text, reason) => {
    const read = readEventPattern(text);
    expect(isPatternFault(read) ? read.fault : 'read').toContain(reason);
  });

  it('knows the operations that it lists, so that others need not wait for it', () => {
    const names = (pattern: object) => {
      const read = readEventPattern(JSON.stringify(pattern));
      return isPatternFault(read) ? read.fault : read.eventNames;
    };
    expect(names({ detail: { eventName: ['DisableKey'] } })).toEqual(['DisableKey']);
    expect(names({ detail: { eventName: [{ prefix: 'Dis' }] } })).toBeUndefined();
  });
});

// CloudWatch Logs User Guide, "Filter pattern syntax": of JSON.
describe('filter patterns', () => {
  it.each<readonly [string, boolean]>([
    ['{ $.eventName = "Decrypt" }', true],
    ['{ $.eventName = Decrypt }', true],
    ['{$.eventName="De*pt"}', true],
    ['{ $.eventName != "Decrypt" }', false],
    ['{ $.absent != "Decrypt" }', false],
    ['{ $.errorCode NOT EXISTS }', true],
    ['{ $.errorCode EXISTS }', false],
    ['{ $.requestParameters.policy IS NULL }', true],
    ['{ $.readOnly IS TRUE }', true],
    ['{ $.readOnly IS FALSE }', false],
    ['{ $.requestParameters.pendingWindowInDays < 30 }', true],
    ['{ $.requestParameters.pendingWindowInDays >= 8 }', false],
    ['{ $.requestParameters.pendingWindowInDays = 7 }', true],
    ['{ $.resources[0].type = "AWS::KMS::Key" }', true],
    ['{ $.resources[1].type = "AWS::KMS::Key" }', false],
    ['{ $.resources[*].ARN = "*alias/b" }', true],
    ["{ $.userIdentity['type'] = IAMUser }", true],
    ['{ $.userIdentity.arn = %user/[A-D]arol$% }', true],
    ['{ $.eventName = "Sign" || $.eventName = "Decrypt" && $.readOnly IS TRUE }', true],
    ['{ ($.eventName = "Sign" || $.eventName = "Decrypt") && $.readOnly IS FALSE }', false],
  ])('%s: %s', (pattern, wanted) => {
    const read = readLogFilter(pattern);
    if (isFilterFault(read)) throw new Error(read.fault);
    expect(read(detail)).toBe(wanted);
  });

  it.each([
    ['DisableKey', 0],
    ['{ $.eventName }', 14],
    ['{ $.eventName = }', 16],
    ['{ eventName = "x" }', 2],
    ['{ $.eventName = "x" ', 20],
    ['{ ($.a = 1 }', 11],
    ['{ $.a = 1 } x', 12],
    ['{ $.a = "x }', 8],
    ['{ $.a > b }', 8],
    ['{ $.a = %(x)+% }', 8],
  ])('%s is refused at %d', (pattern, place) => {
    expect(readLogFilter(pattern)).toMatchObject({ place });
  });
});
