import { join } from 'node:path';
import { expect, test } from 'vitest';
import { violations } from './architecture.ts';

test('imports go the way of the plan, by the doors, in no circle, and the engine knows no platform', () => {
  expect(violations(join(import.meta.dirname, '..', 'src'))).toEqual([]);
});

test('the check can fail: each rule finds what breaks it in a kept wrong tree, and nothing else', () => {
  expect(violations(join(import.meta.dirname, 'fixtures', 'architecture-wrong', 'src'))).toEqual([
    'attic/box.ts: is in no room of the plan',
    'client/index.ts: client may not import @aws-sdk/client-kms',
    'client/index.ts: client may not import idb',
    'client/index.ts: idb is imported by more than one file',
    'client/index.ts: speaks of WebAssembly',
    'client/one.ts: imports itself by client/two.ts → client/one.ts',
    'engine/model/index.ts: engine/model may not import engine/policy (engine/policy/decide.ts)',
    'engine/operations/Encrypt.ts: engine may not import node:crypto',
    'engine/operations/Encrypt.ts: engine may not import store (store/index.ts)',
    'engine/operations/Encrypt.ts: the engine must not know Date.now',
    'engine/operations/Encrypt.ts: the engine must not know Math.random',
    'engine/operations/Encrypt.ts: the engine must not know globalThis',
    'engine/operations/Encrypt.ts: the engine must not know new Date()',
    'engine/operations/Encrypt.ts: the engine must not know setTimeout',
    'store/index.ts: idb is imported by more than one file',
    'ui/App.svelte: app/none.ts is not there',
    'ui/App.svelte: client is entered by its index.ts, not client/one.ts',
    'ui/App.svelte: ui may not import app (app/none.ts)',
    'visuals/plan.ts: visuals may not import engine other than its types (engine/index.ts)',
  ]);
});
