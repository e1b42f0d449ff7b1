/** Why nobody answered, in words, and what is usually behind it. Codes are those of Node, getaddrinfo and OpenSSL. */
import { isLoopback } from '../config/loopback.ts';
import type { Failure } from './request.ts';

export interface FailureWords {
  /** Completes "http://…: ". */
  readonly found: string;
  readonly advice: string;
}

const OUR_OWN =
  'in a container 127.0.0.1 is the container itself; the machine around it is host.docker.internal';
const TRUST =
  'name the authority that signed it in NODE_EXTRA_CA_CERTS (a PEM file), or use a certificate that everybody knows';

const WORDS: Readonly<Record<string, FailureWords>> = {
  ECONNREFUSED: { found: 'nothing listens there', advice: 'start it, or mend the address' },
  ENOTFOUND: {
    found: 'nobody knows that name (DNS)',
    advice: 'mend the name; those of a container network or a cluster are known only inside of it',
  },
  EAI_AGAIN: {
    found: 'the name cannot be looked up: DNS does not answer',
    advice: 'mend the DNS of this machine',
  },
  TIMEOUT: {
    found: 'no answer in time',
    advice: 'look whether it is stuck, or a firewall between drops what is sent',
  },
  ETIMEDOUT: { found: 'no connection in time', advice: 'look for a firewall between, or mend the address' },
  EHOSTUNREACH: { found: 'no way leads to that machine', advice: 'look at the network, or mend the address' },
  ENETUNREACH: { found: 'no way leads to that network', advice: 'look at the network, or mend the address' },
  ECONNRESET: {
    found: 'it closed the connection without an answer',
    advice: 'look at its own log; one that wants TLS needs https:// in the address',
  },
  CERT_HAS_EXPIRED: {
    found: 'its certificate has expired',
    advice: 'renew the certificate; look at the clock here, too',
  },
  CERT_NOT_YET_VALID: {
    found: 'its certificate is not valid yet',
    advice: 'look at the clock of this machine, then at the certificate',
  },
  DEPTH_ZERO_SELF_SIGNED_CERT: { found: 'it signed its certificate itself', advice: TRUST },
  SELF_SIGNED_CERT_IN_CHAIN: { found: 'an authority unknown here signed its certificate', advice: TRUST },
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: {
    found: 'an authority unknown here signed its certificate',
    advice: TRUST,
  },
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: {
    found: 'its certificate cannot be followed to an authority',
    advice: `let the server send the certificates between as well, or ${TRUST}`,
  },
  ERR_TLS_CERT_ALTNAME_INVALID: {
    found: 'its certificate is for another name',
    advice: 'write the address with a name that the certificate has',
  },
};

const NO_TLS: FailureWords = {
  found: 'it does not speak TLS as this machine does',
  advice: 'write http:// where it has no TLS; else look at the versions of TLS that it allows',
};
const NO_HTTP: FailureWords = {
  found: 'it answers, but not in HTTP/1.1',
  advice: 'mend the port: this one belongs to another protocol (of a collector, 4317 is gRPC and 4318 HTTP)',
};

/** @param host Who was asked; IPv6 with or without brackets. */
export function explainFailure({ code, message }: Failure, host: string): FailureWords {
  const known = Object.hasOwn(WORDS, code) ? WORDS[code] : undefined;
  if (known && code === 'ECONNREFUSED' && isLoopback(host.replaceAll(/^\[|\]$/g, '')))
    return { ...known, advice: `${known.advice}; ${OUR_OWN}` };
  if (known) return known;
  if (code === 'EPROTO' || code.startsWith('ERR_SSL')) return NO_TLS;
  if (code.startsWith('HPE_')) return NO_HTTP;
  return { found: message === '' ? code : message, advice: 'look whether it runs, and at the address' };
}
