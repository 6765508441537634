/** What the palette calls the questions of the other rooms. */
export const places = {
  /** `access/iam-allow-without-delegation`: a question's words load with the question. */
  question: (name: string) => {
    const [topic = '', ...rest] = name.split('/');
    const title = rest.join(' ').replaceAll('-', ' ');
    return `${topic}: ${title}`;
  },
} as const;
