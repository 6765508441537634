import { expect, it } from 'vitest';
import type { Lab, LabCall } from '../../../src/client/lab.ts';
import { makeKey, makeRole, policy, trust } from '../house.ts';
import { admin, shop } from './kms.ts';

/*
 * A grant is not visible everywhere at once. Who made it has its token, and a service that lives by a grant gives it along:
 * what has just been made can be stopped and started again.
 */

type Service = NonNullable<LabCall['service']>;
async function done(lab: Lab, service: Service, operation: string, input: object) {
  const { result } = await lab.handle({ service, operation, input: { ...input }, principal: admin });
  if (!result.ok) throw new Error(`${operation}: ${result.refusal.refused}: ${result.refusal.message}`);
  return result.output;
}
const Data = new TextEncoder().encode('three crates');

const plays: Readonly<Record<string, (lab: Lab, key: string) => Promise<unknown>>> = {
  async rds(lab, KmsKeyId) {
    const db = { DBInstanceIdentifier: 'db' };
    await done(lab, 'rds', 'CreateDBInstance', {
      ...{ ...db, Engine: 'postgres', DBInstanceClass: 'db.t4g.micro', StorageEncrypted: true, KmsKeyId },
    });
    await done(lab, 'rds', 'DatabaseWrite', { ...db, Data });
    await done(lab, 'rds', 'StopDBInstance', db);
    await done(lab, 'rds', 'StartDBInstance', db);
    return done(lab, 'rds', 'DatabaseRead', db);
  },
  async eks(lab, keyArn) {
    const of = { clusterName: 'shop' };
    await done(lab, 'eks', 'CreateCluster', {
      name: 'shop',
      encryptionConfig: [{ resources: ['secrets'], provider: { keyArn } }],
    });
    await done(lab, 'eks', 'SecretWrite', { ...of, secretName: 's', Data });
    await done(lab, 'eks', 'ApiServerRestart', of);
    return done(lab, 'eks', 'SecretRead', { ...of, secretName: 's' });
  },
  async redshift(lab, KmsKeyId) {
    const of = { ClusterIdentifier: 'warehouse' };
    await done(lab, 'redshift', 'CreateCluster', { ...of, NodeType: 'n', Encrypted: true, KmsKeyId });
    await done(lab, 'redshift', 'BlockWrite', { ...of, Data });
    for (const operation of ['PauseCluster', 'ResumeCluster', 'RotateEncryptionKey'])
      await done(lab, 'redshift', operation, of);
    return done(lab, 'redshift', 'BlockRead', { ...of, Block: 1 });
  },
  async lambda(lab, KMSKeyArn) {
    const Role = await makeRole(lab, 'Runs', policy(trust({ Service: 'lambda.amazonaws.com' })));
    await done(lab, 'lambda', 'CreateFunction', {
      ...{ FunctionName: 'fn', Role, KMSKeyArn, Environment: { Variables: { A: 'three crates' } } },
    });
    const { Payload } = await done(lab, 'lambda', 'Invoke', { FunctionName: 'fn' });
    return { Data: Payload };
  },
};

it.each(Object.entries(plays))('%s uses a grant that it has just been given', async (_, play) => {
  const lab = await shop({ propagation: true });
  const key = await makeKey(lab);
  const { Data: read } = (await play(lab, key)) as { readonly Data: Uint8Array };
  expect(new TextDecoder().decode(Uint8Array.from(read))).toContain('three crates');
});
