/**
 * How the conformance client logs in where nobody sits before a browser: the user's consent is one request
 * to the authorization endpoint, whose redirect carries the code. What is stored stays as the SDK stored it,
 * so that credentials of one issuer are never offered to another.
 */
import type {
  OAuthClientMetadata,
  OAuthClientProvider,
  OAuthDiscoveryState,
  StoredOAuthClientInformation,
  StoredOAuthTokens,
} from '@modelcontextprotocol/client';

const redirectUrl = 'http://localhost:3000/callback';

/** A provider of OAuth credentials that consents by itself. */
export class HeadlessLogin implements OAuthClientProvider {
  readonly redirectUrl = redirectUrl;
  /** Where a server that allows it finds our metadata instead of a registration. */
  readonly clientMetadataUrl = 'https://conformance-test.local/client-metadata.json';
  readonly clientMetadata: OAuthClientMetadata = {
    client_name: 'sightline-conformance-client',
    redirect_uris: [redirectUrl],
  };
  #client: StoredOAuthClientInformation | undefined;
  #tokens: StoredOAuthTokens | undefined;
  #verifier = '';
  #discovery: OAuthDiscoveryState | undefined;
  #callback: URLSearchParams | undefined;

  constructor(registered?: StoredOAuthClientInformation) {
    this.#client = registered;
  }

  /** The parameters of the redirect that the last consent led to; each is given out once. */
  takeCallback(): URLSearchParams | undefined {
    const callback = this.#callback;
    this.#callback = undefined;
    return callback;
  }

  async redirectToAuthorization(authorizationUrl: URL): Promise<void> {
    const response = await fetch(authorizationUrl, { redirect: 'manual' });
    const location = response.headers.get('location');
    if (location === null) throw new Error(`no redirect from ${authorizationUrl.href}`);
    this.#callback = new URL(location).searchParams;
  }

  clientInformation(): StoredOAuthClientInformation | undefined {
    return this.#client;
  }

  saveClientInformation(client: StoredOAuthClientInformation): void {
    this.#client = client;
  }

  tokens(): StoredOAuthTokens | undefined {
    return this.#tokens;
  }

  saveTokens(tokens: StoredOAuthTokens): void {
    this.#tokens = tokens;
    // A token is as new as the discovery that led to it: the next refusal looks again who issues them.
    this.#discovery = undefined;
  }

  codeVerifier(): string {
    return this.#verifier;
  }

  saveCodeVerifier(verifier: string): void {
    this.#verifier = verifier;
  }

  discoveryState(): OAuthDiscoveryState | undefined {
    return this.#discovery;
  }

  saveDiscoveryState(state: OAuthDiscoveryState): void {
    this.#discovery = state;
  }

  invalidateCredentials(scope: 'all' | 'client' | 'tokens' | 'verifier' | 'discovery'): void {
    if (scope === 'all' || scope === 'client') this.#client = undefined;
    if (scope === 'all' || scope === 'tokens') this.#tokens = undefined;
    if (scope === 'all' || scope === 'discovery') this.#discovery = undefined;
  }
}
