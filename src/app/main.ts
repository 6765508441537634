import { startWorker } from './startWorker.ts';

startWorker();
