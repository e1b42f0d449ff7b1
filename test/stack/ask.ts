/** A question to a store over HTTP; a refusal is an error that says what the store said. */
export async function ask(
  base: string,
  route: string,
  parameters: Readonly<Record<string, string | number | undefined>>,
): Promise<unknown> {
  const url = new URL(route, base);
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== undefined) url.searchParams.set(name, String(value));
  }
  const response = await fetch(url, { headers: { accept: 'application/json' } });
  const text = await response.text();
  if (!response.ok)
    throw new Error(`${response.status} to ${url.pathname}${url.search}: ${text.slice(0, 500)}`);
  return JSON.parse(text);
}
