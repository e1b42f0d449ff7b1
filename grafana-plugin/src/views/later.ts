/**
 * Waits for a part of the page that is a script of its own, because few need it at once: `later(import('./Part.tsx'))`.
 * Rejects with a sentence.
 */
export async function later<Part>(coming: Promise<Part>): Promise<Part> {
  try {
    return await coming;
  } catch {
    throw new Error('This part of the page did not come: the proxy does not answer.');
  }
}
