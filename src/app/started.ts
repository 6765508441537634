/** The worker's first message. What is sent to it before may find nobody listening. */
export type Started = { readonly started: true } | { readonly started: false; readonly message: string };
