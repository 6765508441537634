/** Whether this machine calls its command key ⌘. */
export const isMac = /Mac|iPhone|iPad/.test(navigator.platform);
export const modifier = isMac ? '⌘' : 'Ctrl';

/** Where letters are text, they are no shortcuts. */
export function isTyping(target: EventTarget | null): boolean {
  const element = deepest(target);
  return (
    element instanceof HTMLElement &&
    (element.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(element.tagName))
  );
}

function deepest(target: EventTarget | null): EventTarget | null {
  const inner = target instanceof Element ? target.shadowRoot?.activeElement : undefined;
  return inner ? deepest(inner) : target;
}

/** Where a native undo belongs to the text that is being written. */
export const isEditing = (target: EventTarget | null): boolean =>
  isTyping(target) && !(deepest(target) instanceof HTMLSelectElement) && !isToggle(deepest(target));

const isToggle = (element: EventTarget | null): boolean =>
  element instanceof HTMLInputElement && ['checkbox', 'radio', 'button'].includes(element.type);

export type Shortcut = 'palette' | 'undo' | 'redo' | 'history' | 'shortcuts';

/** What a key press asks for, or nothing. Letters alone count only when they are on and no text is being written. */
export function shortcutOf(event: KeyboardEvent, singleKeys: boolean): Shortcut | undefined {
  if (event.defaultPrevented || event.altKey || event.isComposing) return undefined;
  const key = event.key.toLowerCase();
  if (isMac ? event.metaKey : event.ctrlKey) {
    if (key === 'k' && !event.shiftKey) return 'palette';
    if (isEditing(event.target)) return undefined;
    if (key === 'z') return event.shiftKey ? 'redo' : 'undo';
    if (key === 'y' && !isMac) return 'redo';
    return undefined;
  }
  if (event.metaKey || event.ctrlKey || !singleKeys || isTyping(event.target)) return undefined;
  if (key === '?') return 'shortcuts';
  if (key === '/') return 'palette';
  if (key === 'h') return 'history';
  return undefined;
}
