/** Which addresses only this machine can reach. */

/** Whether a host to listen on is loopback: `localhost`, 127.0.0.0/8, `::1`. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(?:\.\d{1,3}){3}$/.test(host);
}

/** Whether a host to listen on means every address of the machine. */
export function isAnyHost(host: string): boolean {
  return host === '0.0.0.0' || host === '::';
}
