/** Asks axe what a reader with a screen reader, a keyboard or weak eyes would stumble over. */
import axe from 'axe-core';
import type { Page } from 'playwright-core';

interface Violation {
  readonly id: string;
  readonly help: string;
  readonly nodes: readonly { readonly html: string; readonly failureSummary?: string }[];
}

/**
 * Every violation on the page as it stands, one line for each element, as a maintainer can act on it.
 * @param within A selector, where the rest of the page is somebody else's.
 */
export async function findViolations(page: Page, within?: string): Promise<readonly string[]> {
  // Evaluated by the debugger, so it needs no exception in the content security policy.
  await page.evaluate(axe.source);
  const place = within === undefined ? 'document' : JSON.stringify(within);
  const violations = await page.evaluate<readonly Violation[]>(
    `axe.run(${place}, { resultTypes: ['violations'] }).then(({ violations }) => violations)`,
  );
  return violations.flatMap(({ id, help, nodes }) =>
    nodes.map(({ html, failureSummary = '' }) => {
      const why = failureSummary.replaceAll(/\s+/g, ' ');
      return `${id} (${help}): ${html.slice(0, 200)}: ${why}`;
    }),
  );
}
