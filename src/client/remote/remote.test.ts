import { MessageChannel } from 'node:worker_threads';
import { afterEach, describe, expect, it } from 'vitest';
import type { Bytes } from '../../engine/index.ts';
import type { LabApi, LabEvent, WorldEvent } from '../api.ts';
import { openLab } from '../local.ts';
import { account, alice, ask, genesis, makeKey, output, refusal, region } from '../world.fixture.ts';
import { connectLab, serveLab, type PortLike } from './index.ts';

const ends: (() => void)[] = [];
afterEach(() => {
  for (const end of ends.splice(0)) end();
});

/** Node's ports are EventTargets at run time; their types say so only in part. */
const like = (port: unknown): PortLike => port as PortLike;

async function pair(): Promise<{ local: LabApi; remote: LabApi }> {
  const local = await openLab({ store: 'memory', genesis });
  const { port1, port2 } = new MessageChannel();
  const stop = serveLab(like(port1), local);
  const remote = await connectLab(like(port2));
  ends.push(() => {
    stop();
    port1.close();
    port2.close();
  });
  return { local, remote };
}

describe('a lab behind a port', () => {
  it('answers as the lab itself does', async () => {
    const { local, remote } = await pair();
    expect(remote.main.id).toBe('main');
    expect(remote.kept).toEqual(local.kept);
    const KeyId = await makeKey(remote.main, 'from afar');
    expect(await remote.main.key(KeyId)).toEqual(await local.main.key(KeyId));
    expect(await remote.main.keys({ account, region })).toEqual(await local.main.keys({ account, region }));
    expect(await remote.main.trail({ n: 5 })).toEqual(await local.main.trail({ n: 5 }));
    expect(await remote.main.principals()).toEqual(await local.main.principals());
    expect(await remote.main.accounts()).toEqual(await local.main.accounts());
    expect(await remote.main.settings()).toEqual(await local.main.settings());
    expect(await remote.main.traces(9)).toEqual(await local.main.traces(9));
    expect(await refusal(ask(remote.main, 'DescribeKey', { KeyId }, alice))).toBe('AccessDeniedException');
    const { CiphertextBlob } = await output(
      ask(remote.main, 'Encrypt', { KeyId, Plaintext: new Uint8Array([1, 2]) }),
    );
    expect((await output(ask(remote.main, 'Decrypt', { CiphertextBlob })))['Plaintext']).toEqual(
      new Uint8Array([1, 2]),
    );
    await remote.main.advance({ days: 1 });
    expect(await remote.main.now()).toEqual(await local.main.now());
  });

  it('keeps names, messages and plain members of errors', async () => {
    const { remote } = await pair();
    await expect(remote.main.advance({ days: -1 })).rejects.toMatchObject({
      name: 'RangeError',
      message: expect.stringMatching(/forward only/),
    });
    await expect(remote.sandbox({ now: 'x' })).rejects.toMatchObject({ name: 'GenesisError' });
    await expect(remote.main.setSwitches({ fault: (() => 1) as never })).rejects.toMatchObject({
      name: 'DataCloneError',
    });
  });

  it('carries files, progress and events', async () => {
    const { remote } = await pair();
    const heard: WorldEvent[] = [];
    const leave = remote.main.subscribe((event) => heard.push(event));
    const keyArn = await makeKey(remote.main);
    const { Plaintext, CiphertextBlob } = await output(
      ask(remote.main, 'GenerateDataKey', { KeyId: keyArn, KeySpec: 'AES_256' }),
    );
    const dataKey = Plaintext as Bytes;
    const body = new Blob(['y'.repeat(2_500_000)]);
    const seen: number[] = [];
    const object = await remote.main.seal(
      {
        name: 'y',
        mediaType: 'text/plain',
        body,
        dataKey,
        wrappedKey: CiphertextBlob as Bytes,
        keyArn,
        encryptionContext: {},
      },
      { progress: ({ done }) => seen.push(done) },
    );
    expect(seen.at(-1)).toBe(2_500_000);
    expect(await (await remote.main.open(object.id, dataKey)).text()).toBe(await body.text());
    const wrong = remote.main.open(object.id, new Uint8Array(32));
    await expect(wrong).rejects.toMatchObject({ name: 'EnvelopeFault', problem: 'frame', frame: 0 });
    expect(heard.map(({ kind }) => kind)).toEqual(['committed', 'committed', 'objects']);
    leave();
    await remote.main.removeObject(object.id);
    expect(heard).toHaveLength(3);
  });

  it('ends long work when its asker does not want it any more, and nothing of it is left', async () => {
    const { local, remote } = await pair();
    const keyArn = await makeKey(remote.main);
    const { Plaintext, CiphertextBlob } = await output(
      ask(remote.main, 'GenerateDataKey', { KeyId: keyArn, KeySpec: 'AES_256' }),
    );
    const dataKey = Plaintext as Bytes;
    const source = {
      name: 'y',
      mediaType: 'text/plain',
      body: new Blob([new Uint8Array(40_000_000)]),
      dataKey,
      wrappedKey: CiphertextBlob as Bytes,
      keyArn,
      encryptionContext: {},
    };
    const ending = new AbortController();
    const seen: number[] = [];
    const sealing = remote.main.seal(source, {
      progress: ({ done }) => {
        seen.push(done);
        ending.abort();
      },
      signal: ending.signal,
    });
    await expect(sealing).rejects.toMatchObject({ name: 'AbortError' });
    expect(seen[0]).toBeLessThan(source.body.size);
    expect(await local.main.objects()).toEqual([]);
    // Asked with a signal that has been aborted already, nothing goes over the line.
    await expect(remote.main.seal(source, { signal: ending.signal })).rejects.toMatchObject({
      name: 'AbortError',
    });

    const object = await remote.main.seal(source);
    const closing = new AbortController();
    const opening = remote.main.open(object.id, dataKey, {
      progress: () => closing.abort(),
      signal: closing.signal,
    });
    await expect(opening).rejects.toMatchObject({ name: 'AbortError' });
    expect((await remote.main.open(object.id, dataKey)).size).toBe(source.body.size);
  });

  it('gives forks and sandboxes a line of their own, closed on close', async () => {
    const { local, remote } = await pair();
    const KeyId = await makeKey(remote.main, 'shared');
    const [fork, sandbox] = [
      await remote.main.fork(),
      await remote.sandbox({ seed: 'other', now: genesis.now }),
    ];
    const heard: string[] = [];
    fork.subscribe(() => heard.push('fork'));
    sandbox.subscribe(() => heard.push('sandbox'));
    await output(ask(fork, 'DisableKey', { KeyId }));
    await makeKey(sandbox);
    expect(heard).toEqual(['fork', 'sandbox']);
    expect((await local.main.key(KeyId))?.rec.KeyState).toBe('Enabled');
    expect((await fork.key(KeyId))?.rec.KeyState).toBe('Disabled');
    await fork.close();
    await expect(fork.now()).rejects.toThrow(/has been closed/);
    expect((await sandbox.keys({ account, region })).items).toHaveLength(1);
  });

  it('leaves alone what is not its own, and names what it does not have', async () => {
    const local = await openLab({ store: 'memory', genesis });
    const { port1, port2 } = new MessageChannel();
    const stop = serveLab(like(port1), local);
    ends.push(() => (stop(), port1.close(), port2.close()));
    const answers: unknown[] = [];
    port2.on('message', (message) => answers.push(message));
    const asked = { kind: 'ask', world: 0, args: [] };
    for (const message of [
      'hello',
      null,
      { kind: 'other' },
      { ...asked, id: 1, method: 'constructor' },
      { ...asked, id: 2, method: 'subscribe' },
    ]) {
      port2.postMessage(message);
    }
    await expect.poll(() => answers.length).toBe(2);
    expect(answers).toMatchObject([
      { kind: 'fail', id: 1 },
      { kind: 'fail', id: 2 },
    ]);
  });

  it('carries worlds, history, files and links, and follows when another world is opened', async () => {
    const { local, remote } = await pair();
    const heard: LabEvent[] = [];
    remote.subscribe((event) => heard.push(event));
    const before = remote.main;
    const KeyId = await makeKey(before, 'one');
    expect(await before.history.undo()).toMatchObject({ ok: true, position: 1 });
    expect(await before.history.redo()).toMatchObject({ ok: true, position: 2 });
    expect(await before.history.state()).toEqual(await local.main.history.state());
    expect((await before.history.list()).groups).toHaveLength(4);
    expect(await before.history.changes(2)).toEqual(await local.main.history.changes(2));
    expect(await before.hash()).toBe(await local.main.hash());
    const { blob } = await before.exportFile({ passphrase: 'p' });
    expect(await remote.inspectImport(blob, 'p')).toMatchObject({ ok: true, protection: 'passphrase' });
    await expect(remote.importFile(new Blob(['{}']))).rejects.toMatchObject({
      name: 'ImportFault',
      place: '$.kind',
    });
    const link = await before.share();
    expect(link).toMatchObject({ ok: true });
    const sandbox = await remote.openLink(link.ok ? link.fragment : '');
    expect((await sandbox.world.keys({ account, region })).items).toHaveLength(1);
    await expect(remote.openLink('world=1.x')).rejects.toMatchObject({ name: 'LinkFault', place: '$' });

    const info = await remote.createWorld({ name: 'other', template: 'twoAccounts' });
    const opened = await remote.openWorld(info.id);
    expect(opened).toBe(remote.main);
    expect(opened.id).toBe(info.id);
    expect(heard.find((event) => event.kind === 'main')).toEqual({ kind: 'main', world: opened });
    expect((await opened.keys({ account, region })).items).toEqual([]);
    await expect(before.now()).rejects.toThrow(/closed/);
    await remote.openWorld('main');
    expect((await remote.main.key(KeyId))?.rec.Description).toBe('one');
    expect(await remote.storage()).toMatchObject({ where: 'memory' });
    expect(await remote.worlds()).toEqual(await local.worlds());
  });
});
