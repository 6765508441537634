/** Hands bytes to the browser's own download. */
export function saveFile(body: Blob, name: string): void {
  const url = URL.createObjectURL(body);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  // The browser takes the Blob when the click is handled; a large one needs the address a little longer.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
