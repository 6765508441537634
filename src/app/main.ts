import { connectLab } from '../client/index.ts';
import { mountApp } from '../ui/index.ts';
import { startWorker } from './startWorker.ts';

const target = document.querySelector('#app');
if (target === null) throw new Error('index.html has no element #app');

try {
  mountApp(target, await connectLab(await startWorker()));
} catch (error) {
  const alert = document.createElement('p');
  alert.setAttribute('role', 'alert');
  alert.textContent = `KMS Lab could not start: ${error instanceof Error ? error.message : String(error)}`;
  target.replaceChildren(alert);
  throw error;
}
