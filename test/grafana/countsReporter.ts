/** Says at the end how many passed, as `scripts/steps.ts` reads it. A default export, because Playwright wants one. */
import type { FullResult, Reporter, Suite, TestCase } from '@playwright/test/reporter';

export default class CountsReporter implements Reporter {
  #tests: readonly TestCase[] = [];

  onBegin(_config: unknown, suite: Suite): void {
    this.#tests = suite.allTests();
  }

  onEnd(_result: FullResult): void {
    const count = (...outcomes: readonly ReturnType<TestCase['outcome']>[]) =>
      this.#tests.filter((test) => outcomes.includes(test.outcome())).length;
    const counts = [
      `${count('expected')} passed`,
      `${count('unexpected', 'flaky')} failed`,
      `${count('skipped')} skipped`,
    ];
    process.stdout.write(`${counts.join(', ')}\n`);
  }
}
