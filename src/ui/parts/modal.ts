/**
 * Opens a native dialog as a modal one: it traps the focus and closes on Escape. The focus goes back to where it was, also
 * when the dialog leaves the page instead of being closed. An attachment.
 */
export function modal(element: HTMLDialogElement): () => void {
  const before = document.activeElement;
  element.showModal();
  return () => {
    element.close();
    // After Svelte has taken the dialog out of the page.
    queueMicrotask(() => {
      if (before instanceof HTMLElement && before.isConnected && document.activeElement === document.body)
        before.focus();
    });
  };
}
