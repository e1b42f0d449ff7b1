/**
 * The paths of `redact-path`, from the message's root: `$.params.arguments.card`, `$.result.content[*].text`,
 * `$['a key'][0]`, `$.*`, and `$..card` for a key at any depth. Parsing gives undefined for anything else.
 */

/** A member name or index, `*` for any one step, `**` for any number of steps. */
export type PathStep = string | number | { readonly any: 'one' | 'many' };

const STEP =
  /^(?:\.\.([A-Za-z_$][\w$-]*)|\.(\*)|\.([A-Za-z_$][\w$-]*)|\[(\*)\]|\[(\d+)\]|\['((?:[^'\\]|\\.)*)'\])/;

export function parsePath(text: string): readonly PathStep[] | undefined {
  if (!text.startsWith('$') || text.length === 1) return undefined;
  const steps: PathStep[] = [];
  let rest = text.slice(1);
  while (rest !== '') {
    const match = STEP.exec(rest);
    if (!match) return undefined;
    const [whole, deep, star, name, anyIndex, index, quoted] = match;
    if (deep !== undefined) steps.push({ any: 'many' }, deep);
    else if (star !== undefined || anyIndex !== undefined) steps.push({ any: 'one' });
    else if (name !== undefined) steps.push(name);
    else if (index !== undefined) steps.push(Number(index));
    else steps.push((quoted ?? '').replace(/\\(.)/g, '$1'));
    rest = rest.slice(whole.length);
  }
  return steps;
}

/**
 * Whether a value's whole path is the one the steps describe. Only the last `**` passed is ever taken up again,
 * which is enough (as for `*` in file names) and keeps the cost from exploding on a path a peer made up.
 */
export function matchesPath(steps: readonly PathStep[], path: readonly (string | number)[]): boolean {
  let stepAt = 0;
  let pathAt = 0;
  let retry: { readonly stepAt: number; pathAt: number } | undefined;
  while (pathAt < path.length) {
    const step = steps[stepAt];
    if (typeof step === 'object' && step.any === 'many') {
      stepAt += 1;
      retry = { stepAt, pathAt };
    } else if (step !== undefined && (typeof step === 'object' || step === path[pathAt])) {
      stepAt += 1;
      pathAt += 1;
    } else if (retry) {
      retry.pathAt += 1;
      pathAt = retry.pathAt;
      stepAt = retry.stepAt;
    } else return false;
  }
  return stepAt === steps.length;
}
