/**
 * The one error that Marey throws for input it can't use.
 *
 * The message reads `where: what. remedy.`: where it went wrong (file, line, frame, joint, byte), what is so against
 * what was expected, and what to do about it. `code` is stable and can be switched on.
 */
export class MareyError extends Error {
  readonly code: string;
  readonly where: string;
  readonly what: string;
  readonly remedy: string;

  constructor(code: string, where: string, what: string, remedy: string, options?: { cause?: unknown }) {
    super(`${where}: ${what}. ${remedy}.`, options);
    this.name = "MareyError";
    this.code = code;
    this.where = where;
    this.what = what;
    this.remedy = remedy;
  }
}
