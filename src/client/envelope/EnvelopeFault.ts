/** What is wrong with a sealed file. */
export type EnvelopeProblem =
  /** It does not begin like one. */
  | 'notSealed'
  /** It was written by a later version of this format. */
  | 'version'
  /** Its header cannot be read. */
  | 'header'
  /** Bytes are missing at the end. */
  | 'cut'
  /** There are bytes after the end. */
  | 'extended'
  /** A frame does not open: another key, or a byte of the frame or of the header was changed, or frames were moved. */
  | 'frame';

/** A sealed file that does not open, and where: nothing of it has been handed out. */
export class EnvelopeFault extends Error {
  override readonly name = 'EnvelopeFault';
  constructor(
    readonly problem: EnvelopeProblem,
    message: string,
    /** Byte of the sealed file at which the faulty part begins. */
    readonly offset: number,
    /** Number of the faulty frame, from 0; undefined where the fault lies outside the frames. */
    readonly frame: number | undefined = undefined,
  ) {
    super(message);
  }
}
