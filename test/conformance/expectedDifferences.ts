/**
 * Checks that cannot come out equal through a proxy with an address of its own, each with the reason. A row
 * whose scenario or check turns out equal makes the run fail, so that this list only ever says what is true.
 */
export interface ExpectedDifference {
  readonly leg: 'server' | 'client';
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
];
