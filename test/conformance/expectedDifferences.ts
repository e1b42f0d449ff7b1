import type { Leg } from './compare.ts';

/**
 * Checks that cannot come out equal through a proxy with an address of its own, each with the reason. A row
 * whose scenario or check turns out equal makes the run fail, so that this list only ever says what is true.
 */
export interface ExpectedDifference {
  readonly leg: Leg;
  readonly scenarios: readonly string[];
  /** The check ids that may differ; any other difference of the scenario fails. */
  readonly checks: readonly string[];
  readonly reason: string;
}

export const expectedDifferences: readonly ExpectedDifference[] = [
  {
    leg: 'client',
    scenarios: [
      'auth/metadata-default',
      'auth/metadata-var1',
      'auth/metadata-var2',
      'auth/metadata-var3',
      'auth/token-endpoint-auth-basic',
      'auth/token-endpoint-auth-post',
      'auth/token-endpoint-auth-none',
    ],
    checks: ['resource-parameter-matches-prm'],
    reason:
      'the client rightly asks for a token for the address it was given, the proxy’s; the mock compares with its own',
  },
  {
    leg: 'client',
    scenarios: ['auth/enterprise-managed-authorization'],
    checks: [
      'authorization-server-metadata',
      'complete-flow-jwt-bearer',
      'complete-flow-token-exchange',
      'prm-pathbased-requested',
      'token-request',
      'valid-bearer-token',
    ],
    reason: 'the grant is bound to the resource’s address, and the mock accepts only its own',
  },
  {
    leg: 'bridge',
    scenarios: ['server-sse-multiple-streams'],
    checks: ['server-sse-streams-functional'],
    reason: 'the bridge answers as JSON where nothing but the answer comes; the scenario counts streams',
  },
  {
    leg: 'bridge',
    scenarios: ['server-sse-polling'],
    checks: [
      'incoming-sse-event',
      'server-sse-content-type',
      'server-sse-disconnect-resume',
      'server-sse-priming-event',
      'server-sse-retry-field',
      'stream-closed',
    ],
    reason: 'the bridge resumes no streams (decision 21)',
  },
  {
    leg: 'bridge',
    scenarios: ['http-custom-header-server-validation'],
    checks: [
      'sep-2243-server-reject-invalid-param-chars',
      'sep-2243-server-reject-param-mismatch',
      'sep-2243-server-validate-param-match',
    ],
    reason:
      'which parameters are repeated in headers stands in the tools of the server, which the bridge does not read',
  },
];
