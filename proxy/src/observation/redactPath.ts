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

/** Whether a value's whole path is the one the steps describe. */
export function matchesPath(steps: readonly PathStep[], path: readonly (string | number)[]): boolean {
  return matchFrom(steps, 0, path, 0);
}

function matchFrom(
  steps: readonly PathStep[],
  stepAt: number,
  path: readonly (string | number)[],
  pathAt: number,
): boolean {
  const step = steps[stepAt];
  if (step === undefined) return pathAt === path.length;
  if (typeof step === 'object' && step.any === 'many') {
    for (let at = pathAt; at <= path.length; at++) {
      if (matchFrom(steps, stepAt + 1, path, at)) return true;
    }
    return false;
  }
  const part = path[pathAt];
  if (part === undefined) return false;
  if (typeof step !== 'object' && step !== part) return false;
  return matchFrom(steps, stepAt + 1, path, pathAt + 1);
}
