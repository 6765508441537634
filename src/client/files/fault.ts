/** A file or link that cannot be used. Nothing was changed. */
export class FileFault extends Error {
  override readonly name: string = 'ImportFault';
  /** Set when the file may be good and its passphrase is missing or wrong. */
  readonly passphrase: 'missing' | 'wrong' | undefined;

  /** @param place JSON path: `$.entries[3].diff[0].after` */
  constructor(
    readonly place: string,
    readonly reason: string,
    passphrase?: 'missing' | 'wrong',
    what = 'file',
  ) {
    super(`The ${what} cannot be used: ${place} ${reason.replace(/\.$/, '')}.`);
    this.passphrase = passphrase;
  }
}
