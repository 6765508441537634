import type { CallAnswer } from '../../client/index.ts';
import type { Refusal } from '../../engine/index.ts';

/** How a call ended for whoever made it on a screen. `fault` is ours: KMS never answered. */
export type Done =
  | { readonly kind: 'ok'; readonly output: Readonly<Record<string, unknown>>; readonly answer: CallAnswer }
  | { readonly kind: 'refused'; readonly refusal: Refusal; readonly answer: CallAnswer }
  | { readonly kind: 'fault'; readonly message: string };

export type CallInput = Readonly<Record<string, unknown>>;
