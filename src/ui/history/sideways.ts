/**
 * Opens a panel at the side. Modal: it traps the focus and the browser closes it on Escape. Beside the page: the rest
 * stays usable, Escape inside closes it. The focus goes back to where it was. An attachment.
 */
export function sideways(modal: boolean, close: () => void): (element: HTMLDialogElement) => () => void {
  return (element) => {
    const before = document.activeElement;
    const onkeydown = (event: KeyboardEvent): void => {
      if (event.key !== 'Escape' || modal) return;
      event.preventDefault();
      close();
    };
    if (modal) element.showModal();
    else {
      element.show();
      const top = document.querySelector('main')?.getBoundingClientRect().top ?? 45;
      element.style.setProperty('--below', `${top}px`);
      // The clock stays in reach.
      const rail = document.querySelector('main footer')?.getBoundingClientRect().top ?? innerHeight;
      element.style.setProperty('--above', `${innerHeight - rail}px`);
    }
    element.addEventListener('keydown', onkeydown);
    return () => {
      element.removeEventListener('keydown', onkeydown);
      const held = element.contains(document.activeElement);
      element.close();
      queueMicrotask(() => {
        if (!held && document.activeElement !== document.body) return;
        if (before instanceof HTMLElement && before !== document.body && before.isConnected) before.focus();
        else document.getElementById('main')?.focus();
      });
    };
  };
}
