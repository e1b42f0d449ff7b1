/** Puts a text on the clipboard; false when the browser refuses, as it does where Grafana is served without TLS. */
export async function copy(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}
