/** What the palette calls the scenes and questions of the other rooms. */
export const places = {
  envelope: 'Envelope encryption',
  /** `access/iam-allow-without-delegation`: a question's words load with the question. */
  question: (name: string) => {
    const [topic = '', ...rest] = name.split('/');
    const title = rest.join(' ').replaceAll('-', ' ');
    return `${topic}: ${title}`;
  },
} as const;
