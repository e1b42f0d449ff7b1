/** The words shared with Grafana, the page, the docs and the checks. Plain data. */
export * from './api.ts';
export * from './attributes.ts';
export * from './metrics.ts';
export * from './records.ts';
export * from './words.ts';
