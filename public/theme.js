// Runs before the first paint, so that a chosen theme does not flash. Must stay a file: the policy allows no inline script.
// The names are those of src/ui/state/prefs.svelte.ts.
try {
  const theme = localStorage.getItem('kms-lab.theme');
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
  if (localStorage.getItem('kms-lab.motion') === 'on') document.documentElement.dataset.motion = 'reduced';
} catch {
  // Storage is blocked: the system's choices it is.
}
