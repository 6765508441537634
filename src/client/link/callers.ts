import { tableOf, type PrincipalRec, type SessionRec } from '../../engine/index.ts';
import type { Entry } from '../../store/index.ts';

/** By whom a step can be made again: a role whose session no step has made is asked itself. */
export class Callers {
  /** `ACCOUNT/NAME` → the role's ARN, which may have a path. */
  readonly #roles = new Map<string, string>();
  readonly #sessions = new Set<string>();

  learn({ diff }: Entry): void {
    for (const { ref, after } of diff) {
      if (!after) continue;
      if (tableOf(ref) === 'session') this.#sessions.add((after as SessionRec).arn);
      if (tableOf(ref) !== 'principal') continue;
      const { arn, kind } = after as PrincipalRec;
      if (kind === 'role')
        this.#roles.set(`${arn.split(':')[4]}/${arn.slice(arn.lastIndexOf('/') + 1)}`, arn);
    }
  }

  named(principal: string): string {
    const [, account, name] = /^arn:[\w-]+:sts::(\d+):assumed-role\/([^/]+)\//.exec(principal) ?? [];
    if (name === undefined || this.#sessions.has(principal)) return principal;
    return this.#roles.get(`${account}/${name}`) ?? principal;
  }
}
