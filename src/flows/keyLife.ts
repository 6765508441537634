import { keyStateMachine } from '../client/index.ts';
import type { Story, StoryMemo } from './story.ts';
import { makeKey } from './wrapping.ts';
import { storyAdmin, storyRegion } from './storyWorld.ts';

/**
 * The life of one KMS key: rotation by date and by hand, off and on again, scheduled for deletion, saved, scheduled again,
 * gone. Time jumps over every waiting period; what falls due on the way is what the engine's own clock finds.
 */

const onKey =
  (operation: string) =>
  ({ keyArn }: StoryMemo) => ({ operation, input: { KeyId: keyArn } });
const schedule = ({ keyArn, choices }: StoryMemo) => ({
  operation: 'ScheduleKeyDeletion',
  input: { KeyId: keyArn, PendingWindowInDays: choices.waitingDays },
});
const encrypt = ({ keyArn }: StoryMemo) => ({
  operation: 'Encrypt',
  input: { KeyId: keyArn, Plaintext: new TextEncoder().encode('a small secret') },
});

export const keyLife: Story = {
  name: 'keyLife',
  principal: storyAdmin,
  region: storyRegion,
  choices: { encryptionContext: {}, decryptContext: {}, flipAt: 0, waitingDays: 7 },
  prepare: (world) => makeKey(world, 'alias/orders'),
  acts: [
    {
      id: 'rotationOn',
      kind: 'call',
      request: ({ keyArn }) => ({
        operation: 'EnableKeyRotation',
        input: { KeyId: keyArn, RotationPeriodInDays: 90 },
      }),
    },
    { id: 'period', kind: 'advance', by: () => ({ next: 'due' }), said: 'until the rotation falls due' },
    { id: 'disable', kind: 'call', request: onKey('DisableKey') },
    { id: 'useDisabled', kind: 'call', request: encrypt },
    { id: 'enable', kind: 'call', request: onKey('EnableKey') },
    { id: 'schedule', kind: 'call', request: schedule },
    { id: 'waitSome', kind: 'advance', by: () => ({ days: 3 }), said: '3 days later' },
    { id: 'usePending', kind: 'call', request: encrypt },
    { id: 'cancel', kind: 'call', request: onKey('CancelKeyDeletion') },
    { id: 'enableAgain', kind: 'call', request: onKey('EnableKey') },
    { id: 'scheduleAgain', kind: 'call', request: schedule },
    { id: 'gone', kind: 'advance', by: () => ({ next: 'due' }), said: 'when the waiting period is over' },
    { id: 'useGone', kind: 'call', request: encrypt },
  ],
};

/** A way from one key state to another, as the state machine has it. */
export interface StateWay {
  readonly from: string;
  readonly to: string;
  readonly events: readonly string[];
  /** Name of the condition, when the way is not open to every key. */
  readonly guard: string | undefined;
}

/** Reads states and ways off the machine itself: whatever it knows, the chart draws. */
export function keyStateChart(): { readonly states: readonly string[]; readonly ways: readonly StateWay[] } {
  const states = Object.keys(keyStateMachine.states);
  const ways = new Map<string, StateWay>();
  for (const [from, node] of Object.entries(keyStateMachine.states))
    for (const [event, transitions] of node.transitions)
      for (const { target, guard } of transitions)
        for (const { key: to } of target ?? []) {
          const name = typeof guard === 'string' ? guard : undefined;
          const id = `${from} ${to} ${name ?? ''}`;
          ways.set(id, { from, to, events: [...(ways.get(id)?.events ?? []), event], guard: name });
        }
  return { states, ways: [...ways.values()] };
}
