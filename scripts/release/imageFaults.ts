/** What a container image must not be: large, root's, without a question after its health, or from an unknown base. */

/** Bytes of all layers, not compressed. */
export const IMAGE_BYTES_MAX = 200_000_000;

/** As `docker image inspect` tells it. */
export interface ImageFacts {
  readonly Size: number;
  readonly Config: { readonly User?: string; readonly Healthcheck?: object | null };
}

/** Faults of the recipe, and of what was built by it where something was. */
export function findImageFaults(dockerfile: string, image: ImageFacts | undefined): readonly string[] {
  const faults: string[] = [];
  const bases = [...dockerfile.matchAll(/^FROM (\S+)/gm)].map(([, base = '']) => base);
  if (bases.length < 2) faults.push('what builds the image would be in it');
  for (const base of bases)
    if (base !== 'scratch' && !/:\$\{\w+_VERSION\}/.test(base)) faults.push(`the base ${base} is not pinned`);
  const last = dockerfile.slice(dockerfile.lastIndexOf('\nFROM '));
  const user = /^USER (\S+)/m.exec(last)?.[1] ?? 'root';
  if (isRoot(user)) faults.push('the recipe leaves everything to root');
  if (!/^HEALTHCHECK /m.test(last)) faults.push('the recipe asks nobody after health');
  if (image === undefined) return faults;
  if (image.Size > IMAGE_BYTES_MAX) faults.push(`${image.Size} bytes, more than ${IMAGE_BYTES_MAX}`);
  if (isRoot(image.Config.User ?? 'root')) faults.push('the image runs as root');
  if (!image.Config.Healthcheck) faults.push('the image has no health check');
  return faults;
}

function isRoot(user: string): boolean {
  return /^(?:root|0)?(?::|$)/.test(user);
}
