import type { ExportFile } from '../../client/index.ts';

/** Hands a file to the browser's own "save". */
export function saveFile({ fileName, blob }: ExportFile): void {
  const url = URL.createObjectURL(blob);
  const link = document.createElement('a');
  link.href = url;
  link.download = fileName;
  link.click();
  // The browser has its own hold on the bytes once the click is over; some take them a moment later.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
