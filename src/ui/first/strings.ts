/** Words of the first steps. */
export const words = {
  title: 'First steps',
  about:
    'A whole AWS KMS runs in this page: make a call, and see every check that it went through. No account, no bill, no network.',
  aboutShort: 'A whole AWS KMS, in this page. No account, no bill, no network.',
  steps: {
    key: 'Make a KMS key',
    encrypt: 'Encrypt something',
    why: 'See why it was allowed',
    next: 'Go on',
  },
  step: (n: number, of: number) => `Step ${n} of ${of}`,
  done: 'done',
  key: {
    say: 'Everything begins with a KMS key: its material is made inside the HSM and never leaves it.',
    do: 'Choose its kind',
    quick: 'Make one for me',
    alias: 'first-key',
  },
  encrypt: {
    say: (key: string) =>
      `Now let ${key} encrypt a few words. KMS answers with a blob that only this key opens.`,
    do: 'Write your own',
    quick: 'Encrypt “Hello, KMS”',
    plaintext: 'Hello, KMS',
  },
  why: {
    say: 'Before it encrypted anything, KMS asked every policy in the way. Open what happened and look at “Authorize”.',
    allowed: (who: string, why: string) => `${who} may do this: ${why}.`,
    do: 'Show what happened',
    seen: 'I have seen it',
  },
  next: {
    say: 'That was one call. Real systems make many: watch one file being sealed, or try a question whose answers are run.',
    stage: 'Watch envelope encryption',
    quiz: 'Try a question',
    company: 'Open a company’s keys',
    finish: 'Done',
  },
  close: 'Put the first steps away',
  again: 'Help shows the first steps again.',
} as const;
