/** Something in a plain question cannot be read. */
export class PolicyInputError extends Error {
  override readonly name = 'PolicyInputError';
  /** Where: `identityPolicies[0]`, `context["aws:SourceIp"]`. */
  readonly place: string;
  constructor(place: string, what: string) {
    super(`${place}: ${what}`);
    this.place = place;
  }
}

export const bad = (place: string, what: string): never => {
  throw new PolicyInputError(place, what);
};
