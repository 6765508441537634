import type { ThingService } from '../../../client/index.ts';
import type { Region } from '../../../engine/index.ts';
import { utf8 } from '../../format/bytes.ts';
import type { CallInput } from '../../state/lab.svelte.ts';
import { by, check, key, lines, one, text, type Make, type ServiceAction } from './fields.ts';
import { serviceWords as words } from './words.ts';

/* The operations of databases, streams, clusters and warehouses as forms. */

const rds = by('rds');
const kinesis = by('kinesis');
const eks = by('eks');
const redshift = by('redshift');
const db = one('DBInstanceIdentifier', 'dbInstance');
const dbSnapshot = one('DBSnapshotIdentifier', 'dbSnapshot');
const stream = one('StreamName', 'stream');
const kubernetes = one('clusterName', 'kubernetes');
const warehouse = one('ClusterIdentifier', 'warehouse');
const warehouseSnapshot = one('SnapshotIdentifier', 'warehouseSnapshot');

const dataIn: Make = ({ Data = '' }, members) => ({ ...members, Data: utf8(Data) });
const ofKms: Make = (_, members) => ({ ...members, EncryptionType: 'KMS' });
const configOf = (keyArn: string): CallInput => ({
  encryptionConfig: [{ resources: ['secrets'], provider: { keyArn } }],
});

/** None chosen: nothing changes. */
const keyKept = { ...key('KmsKeyId'), unset: words.keyKept };

export const actionsOfDatabases = (
  service: Extract<ThingService, 'rds' | 'kinesis' | 'eks' | 'redshift'>,
  region: Region,
): readonly ServiceAction[] => {
  switch (service) {
    case 'rds':
      return [
        rds('CreateDBInstance', [
          text('DBInstanceIdentifier'),
          text('Engine', 'postgres'),
          text('DBInstanceClass', 'db.t4g.micro'),
          check('StorageEncrypted', 'true'),
          key('KmsKeyId'),
        ]),
        rds('DatabaseWrite', [db, lines('Data', 'order 17')], dataIn),
        rds('DatabaseRead', [db]),
        rds('CreateDBSnapshot', [db, text('DBSnapshotIdentifier', 'before-the-change')]),
        rds('CopyDBSnapshot', [
          one('SourceDBSnapshotIdentifier', 'dbSnapshot'),
          text('TargetDBSnapshotIdentifier', 'under-another-key'),
          keyKept,
        ]),
        rds('RestoreDBInstanceFromDBSnapshot', [text('DBInstanceIdentifier', 'restored'), dbSnapshot]),
        rds(
          'ModifyDBSnapshotAttribute',
          [dbSnapshot, text('ValuesToAdd')],
          ({ DBSnapshotIdentifier, ValuesToAdd }) => ({
            DBSnapshotIdentifier,
            AttributeName: 'restore',
            ValuesToAdd: [ValuesToAdd],
          }),
        ),
        rds('DescribeDBInstances', []),
        rds('StartDBInstance', [db]),
        rds('StopDBInstance', [db]),
        rds('DeleteDBInstance', [db, check('SkipFinalSnapshot', 'true')]),
        rds('DeleteDBSnapshot', [dbSnapshot]),
      ];
    case 'kinesis':
      return [
        kinesis('PutRecord', [stream, text('PartitionKey', 'shop-1'), lines('Data', 'order 17')], dataIn),
        kinesis('StartStreamEncryption', [stream, { ...key('KeyId'), required: true }], ofKms),
        kinesis('StopStreamEncryption', [stream, { ...key('KeyId'), required: true }], ofKms),
        kinesis('CreateStream', [text('StreamName')]),
        kinesis('DeleteStream', [stream]),
      ];
    case 'eks':
      return [
        eks(
          'CreateCluster',
          [text('name'), { ...key('keyArn'), unset: words.keyOfEks }],
          ({ name, keyArn }) => ({ name, ...(keyArn ? configOf(keyArn) : {}) }),
        ),
        eks('SecretWrite', [kubernetes, text('secretName', 'db-password'), lines('Data', 'hunter2')], dataIn),
        eks('SecretRead', [kubernetes, one('secretName', 'kubernetesSecret')]),
        eks(
          'AssociateEncryptionConfig',
          [kubernetes, { ...key('keyArn'), required: true }],
          ({ clusterName, keyArn = '' }) => ({ clusterName, ...configOf(keyArn) }),
        ),
        eks('ApiServerRestart', [kubernetes]),
        eks('DescribeCluster', [{ ...kubernetes, name: 'name' }]),
        eks('DeleteCluster', [{ ...kubernetes, name: 'name' }]),
      ];
    case 'redshift':
      return [
        redshift('CreateCluster', [
          text('ClusterIdentifier'),
          text('NodeType', 'ra3.large'),
          check('Encrypted', 'true'),
          key('KmsKeyId'),
        ]),
        redshift('BlockWrite', [warehouse, lines('Data', 'order 17, 3 apples')], dataIn),
        redshift('BlockRead', [warehouse, text('Block', '1')], ({ ClusterIdentifier, Block }) => ({
          ClusterIdentifier,
          Block: Number(Block),
        })),
        redshift(
          'ModifyCluster',
          [warehouse, check('Encrypted', 'true'), keyKept],
          ({ Encrypted }, members) => ({ ...members, Encrypted: Encrypted === 'true' }),
        ),
        redshift('RotateEncryptionKey', [warehouse]),
        redshift('CreateClusterSnapshot', [warehouse, text('SnapshotIdentifier', 'before-the-change')]),
        redshift('RestoreFromClusterSnapshot', [
          text('ClusterIdentifier', 'restored'),
          warehouseSnapshot,
          keyKept,
        ]),
        redshift('CreateSnapshotCopyGrant', [text('SnapshotCopyGrantName', 'copies'), key('KmsKeyId')]),
        redshift('EnableSnapshotCopy', [
          warehouse,
          text('DestinationRegion', region === 'us-west-2' ? 'us-east-1' : 'us-west-2'),
          text('SnapshotCopyGrantName', 'copies'),
        ]),
        redshift('DisableSnapshotCopy', [warehouse]),
        redshift('PauseCluster', [warehouse]),
        redshift('ResumeCluster', [warehouse]),
        redshift('DeleteCluster', [warehouse, check('SkipFinalClusterSnapshot', 'true')]),
        redshift('DeleteClusterSnapshot', [warehouseSnapshot]),
        redshift('DeleteSnapshotCopyGrant', [one('SnapshotCopyGrantName', 'copyGrant')]),
      ];
  }
};
