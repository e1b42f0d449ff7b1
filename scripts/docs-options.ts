/** Writes docs/options.md from the table of options; with `--check`, fails when the page is out of date. */
import { formatOptionsPage } from '../proxy/src/config/help.ts';
import { writeOrCheckPage } from './docsPage.ts';

writeOrCheckPage('docs/options.md', formatOptionsPage());
