import { loadServices } from '../../cloud/index.ts';
import type { ServiceTables } from '../../engine/index.ts';
import {
  account,
  arn,
  bytes,
  epoch,
  json,
  learnTables,
  list,
  maybe,
  object,
  one,
  region,
  text,
  texts,
  truth,
  whole,
  type Check,
  type Defined,
} from './shapes.ts';

/*
 * What the records of the services must look like when they come from a file. Loaded when one is read. The types force
 * this list to name every table and every member of it.
 */

type T = ServiceTables;

const sealing = object<T['s3Object']['sealing']>({
  algorithm: one('AES256', 'aws:kms', 'aws:kms:dsse', 'customer'),
  keyArn: maybe(arn),
  bucketKey: truth,
  context: maybe(texts),
  wrapped: maybe(bytes),
  inner: maybe(bytes),
  customerKeyCheck: maybe(bytes),
});

const content = { keyArn: maybe(arn), wrapped: maybe(bytes), contextId: maybe(text), blocks: maybe(bytes) };

const tables: { readonly [Name in keyof T]: Check } = {
  heldKey: object<T['heldKey']>({
    holder: text,
    keyArn: arn,
    wrapped: bytes,
    sealed: bytes,
    made: epoch,
    used: epoch,
    until: maybe(epoch),
  }),
  s3Bucket: object<T['s3Bucket']>({
    name: text,
    account,
    region,
    created: epoch,
    policy: maybe(json),
    encryption: object<T['s3Bucket']['encryption']>({
      algorithm: one('AES256', 'aws:kms', 'aws:kms:dsse'),
      keyId: maybe(text),
      bucketKey: truth,
    }),
  }),
  s3Object: object<T['s3Object']>({
    bucket: text,
    key: text,
    size: whole,
    etag: text,
    modified: epoch,
    contentType: maybe(text),
    metadata: maybe(texts),
    writer: account,
    sealing,
    body: bytes,
  }),
  s3Upload: object<T['s3Upload']>({
    bucket: text,
    key: text,
    id: text,
    begun: epoch,
    contentType: maybe(text),
    metadata: maybe(texts),
    writer: account,
    sealing,
  }),
  s3Part: object<T['s3Part']>({ upload: text, number: whole, size: whole, etag: text, body: bytes }),
  ebsVolume: object<T['ebsVolume']>({
    ...content,
    id: text,
    account,
    region,
    zone: text,
    size: whole,
    snapshot: maybe(text),
    created: epoch,
    state: one('available', 'in-use', 'error'),
    stateReason: maybe(text),
    grantId: maybe(text),
    attachment: maybe(
      object<Defined<T['ebsVolume']['attachment']>>({
        instance: text,
        device: text,
        at: epoch,
        grantId: maybe(text),
      }),
    ),
  }),
  ebsSnapshot: object<T['ebsSnapshot']>({
    ...content,
    id: text,
    account,
    region,
    volume: maybe(text),
    size: whole,
    created: epoch,
    description: text,
    state: one('completed', 'error'),
    stateMessage: maybe(text),
    sharedWith: list(text),
  }),
  ebsDefault: object<T['ebsDefault']>({ account, region, encryptByDefault: truth, keyId: maybe(text) }),
  ec2Instance: object<T['ec2Instance']>({
    id: text,
    account,
    region,
    zone: text,
    state: one('running', 'stopped'),
    stateReason: maybe(text),
    created: epoch,
  }),
  secret: object<T['secret']>({
    arn,
    account,
    region,
    name: text,
    description: maybe(text),
    keyId: maybe(text),
    policy: maybe(json),
    created: epoch,
    changed: epoch,
    deletionDate: maybe(epoch),
  }),
  secretVersion: object<T['secretVersion']>({
    secret: arn,
    id: text,
    stages: list(text),
    kind: one('string', 'binary'),
    keyArn: arn,
    wrapped: bytes,
    sealed: bytes,
    created: epoch,
  }),
  sqsQueue: object<T['sqsQueue']>({
    arn,
    name: text,
    account,
    region,
    keyId: maybe(text),
    reuseSeconds: whole,
    sseSqs: truth,
    visibilitySeconds: whole,
    policy: maybe(json),
    created: epoch,
  }),
  sqsMessage: object<T['sqsMessage']>({
    queue: arn,
    number: whole,
    id: text,
    sender: text,
    sealing: one('SSE-KMS', 'SSE-SQS', 'none'),
    keyArn: maybe(arn),
    wrapped: maybe(bytes),
    body: bytes,
    sent: epoch,
    visible: epoch,
    receipt: maybe(text),
    receives: whole,
  }),
};

/** Lets files hold records of the services. */
export async function learnServiceTables(): Promise<void> {
  const { placeOf } = await loadServices();
  learnTables(tables, placeOf);
}
