/** An image that is root's, large, or from anywhere is found by its recipe and by what an engine tells of it. */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { findImageFaults, IMAGE_BYTES_MAX, type ImageFacts } from './imageFaults.ts';

const dockerfile = readFileSync('deploy/proxy/Dockerfile', 'utf8');
const image: ImageFacts = { Size: IMAGE_BYTES_MAX, Config: { User: '1000:1000', Healthcheck: {} } };

it('finds none in ours', () => {
  expect(findImageFaults(dockerfile, undefined)).toEqual([]);
  expect(findImageFaults(dockerfile, image)).toEqual([]);
});

it.each<[string, string, string]>([
  ['no user', dockerfile.replace(/^USER .*$/m, ''), 'root'],
  ['root', dockerfile.replace(/^USER .*$/m, 'USER 0:0'), 'root'],
  ['no health check', dockerfile.replace(/^HEALTHCHECK/m, '#'), 'health'],
  [
    'a base of any version',
    dockerfile.replace(/^FROM \S+/m, 'FROM node:latest'),
    'node:latest is not pinned',
  ],
  ['one stage', dockerfile.slice(dockerfile.lastIndexOf('\nFROM ')), 'would be in it'],
])('finds %s in the recipe', (_why, text, said) => {
  expect(findImageFaults(text, undefined).join('\n')).toContain(said);
});

it.each<[string, Partial<ImageFacts>, string]>([
  ['too much', { Size: IMAGE_BYTES_MAX + 1 }, 'bytes'],
  ['root by silence', { Config: { User: '', Healthcheck: {} } }, 'root'],
  ['root by number', { Config: { User: '0:0', Healthcheck: {} } }, 'root'],
  ['no health check', { Config: { User: '1000' } }, 'health'],
])('finds %s in the image', (_why, part, said) => {
  expect(findImageFaults(dockerfile, { ...image, ...part }).join('\n')).toContain(said);
});
