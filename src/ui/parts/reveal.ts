/** Brings what just appeared into view, without moving more than needed. An attachment. */
export function reveal(element: Element): void {
  element.scrollIntoView({ block: 'nearest' });
}
