/**
 * What answers are made of, for whoever answers: archive, page and Grafana panel. Pure; the words are the contract's,
 * the meaning of filters, sums and forms of download is here once.
 */
export * from './fold.ts';
export * from './forms.ts';
export * from './items.ts';
export * from './judge.ts';
export * from './sessions.ts';
export * from './summaries.ts';
export * from './sums.ts';
