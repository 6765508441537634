import { connectLab } from '../client/index.ts';
import { mountApp } from '../ui/index.ts';
import { startWorker } from './startWorker.ts';
import { OfflineFiles } from './updates.ts';

const target = document.querySelector('#app');
if (target === null) throw new Error('index.html has no element #app');

try {
  const files = new OfflineFiles();
  mountApp(target, await connectLab(await startWorker()), files);
  // After the first screen: fetching everything for later must not delay what is wanted now.
  if (import.meta.env.PROD) void files.start();
} catch (error) {
  const alert = document.createElement('p');
  alert.setAttribute('role', 'alert');
  alert.textContent = `KMS Lab could not start: ${error instanceof Error ? error.message : String(error)}`;
  target.replaceChildren(alert);
  throw error;
}
