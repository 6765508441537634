/** What the palette calls the questions and labs of the other rooms. */
export const places = {
  trails: 'Trails and their log files',
  /** `labs/stop-the-deletion`. */
  lab: (name: string) => sentence(name.replace(/^labs\//, '')),
  /** `access/iam-allow-without-delegation`: a question's words load with the question. */
  question: (name: string) => {
    const [topic = '', ...rest] = name.split('/');
    const title = rest.join(' ').replaceAll('-', ' ');
    return `${topic}: ${title}`;
  },
} as const;

const sentence = (name: string): string => {
  const words = name.replaceAll('-', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
};
