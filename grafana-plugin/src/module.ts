/** What Grafana loads. */
import { plugin } from './panel/plugin.ts';

export { plugin };
