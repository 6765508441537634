import { openLab, platformTabs, serveLab, type PortLike } from '../client/index.ts';
import type { Started } from './started.ts';

/** The engine, its store and its doors, away from the page's thread. */
const scope: PortLike = self;

// Nobody outside hears of these otherwise.
self.addEventListener('unhandledrejection', ({ reason }) => {
  setTimeout(() => {
    throw reason;
  });
});

try {
  serveLab(scope, await openLab({ store: 'indexeddb', tabs: platformTabs() }));
  scope.postMessage({ started: true } satisfies Started);
} catch (error) {
  const message = error instanceof Error ? error.message : String(error);
  scope.postMessage({ started: false, message } satisfies Started);
}
