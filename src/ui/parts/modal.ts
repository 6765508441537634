/**
 * Opens a native dialog as a modal one: it traps the focus and closes on Escape. The focus goes back to where it was, also
 * when the dialog leaves the page instead of being closed. An attachment.
 */
export function modal(element: HTMLDialogElement): () => void {
  const before = document.activeElement;
  element.showModal();
  return () => {
    // Who took it away knows: `close` is told for Escape and the dialog's own buttons only.
    element.addEventListener('close', (event) => event.stopImmediatePropagation(), { capture: true });
    element.close();
    // After Svelte has taken the dialog out of the page.
    queueMicrotask(() => {
      if (document.activeElement !== document.body) return;
      // What had the focus may have gone meanwhile: then the content has it, and no key press is lost.
      if (before instanceof HTMLElement && before !== document.body && before.isConnected) before.focus();
      else document.getElementById('main')?.focus();
    });
  };
}
