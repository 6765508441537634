import type { Service, ServiceName } from '../engine/index.ts';
import { cloudtrailOperations, cloudtrailService } from './cloudtrail/index.ts';
import { dynamodbOperations, dynamodbService } from './dynamodb/index.ts';
import { ebsOperations, ec2WithVolumes } from './ebs/index.ts';
import { eksOperations, eksService } from './eks/index.ts';
import { eventsOperations, eventsService } from './events/index.ts';
import { kinesisOperations, kinesisService } from './kinesis/index.ts';
import { lambdaOperations, lambdaService } from './lambda/index.ts';
import { logsOperations, logsService } from './logs/index.ts';
import { monitoringOperations, monitoringService } from './monitoring/index.ts';
import { rdsOperations, rdsService } from './rds/index.ts';
import { redshiftOperations, redshiftService } from './redshift/index.ts';
import { s3Operations, s3Service } from './s3/index.ts';
import { secretsManagerOperations, secretsManagerService } from './secretsmanager/index.ts';
import { snsOperations, snsService } from './sns/index.ts';
import { sqsOperations, sqsService } from './sqs/index.ts';
import { ssmOperations, ssmService } from './ssm/index.ts';

/*
 * The services that store things under keys of KMS: loaded when one of them is first called.
 *
 * To add a service, start here:
 *  1. its name in `ServiceName` (engine/model/call.ts); its records in engine/model/serviceRecords.ts (interface, table and
 *     name), their refs in refs.ts (`at`, `below`, `placeOf`), their shape in client/files/serviceShapes.ts: the types tell
 *     what is forgotten;
 *  2. the shapes of its API in shapes/NAME.json, `"strict": true`: only the members that work, so that others are refused;
 *  3. a folder NAME/ with its operations by `declareIn` (declare.ts: permission, resource policy, what comes before, data
 *     events), and NAME/words.ts: how it words each refusal of KMS;
 *  4. KMS is called by `kmsAs` (callingKms.ts) as the caller through the service (`forward`), as the service itself, or as
 *     who holds a grant; data is encrypted, and plaintext keys are held, by keeping.ts. Nothing else knows of keys;
 *  5. a line in `services` and in `lateOperations` below, and its table of calls in test/cloud/services.
 *  6. what is seen of it: its cards (client/things), its forms and its beginning (ui/lab/services); the types name what is
 *     missing, and test/cloud/services/things.test.ts opens what a card says by a call of KMS.
 */

export const services: Readonly<Partial<Record<ServiceName, Service>>> = {
  s3: s3Service,
  ec2: ec2WithVolumes,
  secretsmanager: secretsManagerService,
  sqs: sqsService,
  sns: snsService,
  ssm: ssmService,
  lambda: lambdaService,
  dynamodb: dynamodbService,
  logs: logsService,
  cloudtrail: cloudtrailService,
  rds: rdsService,
  kinesis: kinesisService,
  eks: eksService,
  redshift: redshiftService,
  events: eventsService,
  monitoring: monitoringService,
};

/** AWS's names of their operations. */
export const lateOperations = {
  s3: s3Operations.map(({ name }) => name),
  ec2: ebsOperations.map(({ name }) => name),
  secretsmanager: secretsManagerOperations.map(({ name }) => name),
  sqs: sqsOperations.map(({ name }) => name),
  sns: snsOperations.map(({ name }) => name),
  ssm: ssmOperations.map(({ name }) => name),
  lambda: lambdaOperations.map(({ name }) => name),
  dynamodb: dynamodbOperations.map(({ name }) => name),
  logs: logsOperations.map(({ name }) => name),
  cloudtrail: cloudtrailOperations.map(({ name }) => name),
  rds: rdsOperations.map(({ name }) => name),
  kinesis: kinesisOperations.map(({ name }) => name),
  eks: eksOperations.map(({ name }) => name),
  redshift: redshiftOperations.map(({ name }) => name),
  events: eventsOperations.map(({ name }) => name),
  monitoring: monitoringOperations.map(({ name }) => name),
};

export { readingHold, type ReadingHold } from './held.ts';
export { standing } from './standing.ts';
export { placeOf } from './refs.ts';
