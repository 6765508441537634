import type { PortLike } from '../remote/index.ts';

/** As much of the Web Locks API as is needed. */
export interface LocksLike {
  request<T>(
    name: string,
    options: { readonly ifAvailable?: boolean; readonly steal?: boolean; readonly signal?: AbortSignal },
    held: (lock: unknown) => Promise<T>,
  ): Promise<T>;
}

/** As much of a BroadcastChannel as is needed. */
export interface ChannelLike extends PortLike {
  close(): void;
}

/** How tabs find each other. Absent: this one is alone, or cannot know of others. */
export interface Tabs {
  readonly locks: LocksLike;
  readonly channel: (name: string) => ChannelLike;
}

/** The browser's own; undefined where it has none (no secure context, Node without locks). */
export function platformTabs(): Tabs | undefined {
  const { navigator: own, BroadcastChannel: Channel } = globalThis as {
    readonly navigator?: { readonly locks?: LocksLike };
    readonly BroadcastChannel?: new (name: string) => unknown;
  };
  const locks = own?.locks;
  if (!locks || !Channel) return undefined;
  // A BroadcastChannel has all that ChannelLike asks for, and more.
  return { locks, channel: (name) => new Channel(name) as ChannelLike };
}
