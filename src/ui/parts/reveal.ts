/** Brings what just appeared into view, without moving more than needed. An attachment. */
export function reveal(element: Element): void {
  element.scrollIntoView({ block: 'nearest' });
}

/** Takes the focus when it appears, because a person asked for it. An attachment. */
export function focused(element: HTMLElement): void {
  element.focus();
}
