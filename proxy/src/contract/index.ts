/** The words shared with Grafana, the page, the docs and the checks. Plain data; the only barrel in the tree. */
export * from './api.ts';
export * from './attributes.ts';
export * from './metrics.ts';
export * from './records.ts';
export * from './words.ts';
