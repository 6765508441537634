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
