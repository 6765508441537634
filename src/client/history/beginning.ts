/** The group of all that a template did: a world begins with it, so that undo ends there. */
export const beginning = 'template';
