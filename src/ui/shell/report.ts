/**
 * A text about a fault that a person may give away: where it happened and after which operations. No message (it may
 * repeat what was typed), no input, no name of a key, no address.
 */
export function reportText(of: {
  readonly version: string;
  readonly where: string;
  readonly error: unknown;
  readonly operations: readonly string[];
  readonly userAgent: string;
}): string {
  const { version, where, error, operations, userAgent } = of;
  const name = error instanceof Error ? error.name : typeof error;
  const frames = error instanceof Error ? framesOf(error.stack ?? '') : [];
  return [
    `KMS Lab ${version}`,
    `Browser: ${userAgent}`,
    `Where: ${where}`,
    `Kind: ${name}`,
    `Last operations: ${operations.length > 0 ? operations.join(', ') : 'none'}`,
    'In the code:',
    ...(frames.length > 0 ? frames.map((frame) => `  ${frame}`) : ['  not known']),
  ].join('\n');
}

/** Function, file and position of each frame; the rest of the stack (its first line is the message) is dropped. */
function framesOf(stack: string): readonly string[] {
  const frame =
    /^\s*(?:at )?([\w$.<># ]*?)(?:@| ?\(|\s)?(?:https?|blob|file):[^\s)]*?([^\s)/?#]*:\d+:\d+)\)?$/;
  return stack.split('\n').flatMap((line) => {
    const [, name = '', place] = frame.exec(line) ?? [];
    return place === undefined ? [] : [`${name.trim() || '(no name)'} ${place}`];
  });
}

/**
 * Chromium and Firefox tell a page by an error event, without an error, that a size was measured later than it changed. That
 * is no fault: it is measured with the next picture.
 * https://drafts.csswg.org/resize-observer/#deliver-resize-loop-error
 */
export const isFault = ({ error, message }: { readonly error: unknown; readonly message: string }): boolean =>
  Boolean(error) || !message.startsWith('ResizeObserver loop');
