// Put into a copy of the built page and of its worker by nothing-leaves.e2e.ts, which replaces WHERE and STRANGER. Tries all
// that code could try to reach somebody or to run text, and leaves what came of it (`done` or the error's name) in the page's
// `outcomes`.
(async () => {
  const where = 'WHERE';
  const stranger = 'STRANGER';
  const viaEvents = (make, good, bad) =>
    new Promise((done, fail) => {
      const target = make();
      target[good] = done;
      target[bad] = () => fail(new TypeError('refused'));
      target.send?.();
    });
  const tries = {
    'fetch of a stranger': () => fetch(stranger, { mode: 'no-cors' }),
    'fetch of the own origin': () => fetch('/icon.svg'),
    XMLHttpRequest: () =>
      viaEvents(
        () => {
          const request = new XMLHttpRequest();
          request.open('GET', stranger);
          return request;
        },
        'onload',
        'onerror',
      ),
    EventSource: () => viaEvents(() => new EventSource(`${stranger}events`), 'onopen', 'onerror'),
    import: () => import(`${stranger}module.js`),
    eval: () => (0, eval)('1'),
    Function: () => new Function('return 1')(),
  };
  const channel = new BroadcastChannel('probe');
  const inPage = 'document' in globalThis;
  if (inPage) {
    globalThis.outcomes = {};
    channel.onmessage = ({ data }) => {
      globalThis.outcomes[data.where] = data.outcomes;
    };
  }
  const outcomes = {};
  for (const [name, attempt] of Object.entries(tries)) {
    try {
      await attempt();
      outcomes[name] = 'done';
    } catch (error) {
      outcomes[name] = error.name;
    }
  }
  if (inPage) globalThis.outcomes[where] = outcomes;
  else channel.postMessage({ where, outcomes });
})();
