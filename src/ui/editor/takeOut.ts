/** Event on an editor's content whose detail is a text that is to go. The document is the editor's: nobody else cuts in it. */
export const takeOutOfEditor = 'kms-lab-take-out';
