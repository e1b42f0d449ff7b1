/**
 * The client that the suite's client scenarios drive: `node client.ts <server-url>`, the scenario's name in
 * MCP_CONFORMANCE_SCENARIO. Each scenario is a script of a few calls on the real SDK; whether they are right is
 * judged by the suite's mock server, never here.
 */
import {
  Client,
  ClientCredentialsProvider,
  type ClientOptions,
  CrossAppAccessProvider,
  type OAuthClientProvider,
  PrivateKeyJwtProvider,
  requestJwtAuthorizationGrant,
  StreamableHTTPClientTransport,
  UnauthorizedError,
} from '@modelcontextprotocol/client';
import { HeadlessLogin } from './clientLogin.ts';

type Visit = (client: Client) => Promise<unknown>;

const scenario = process.env['MCP_CONFORMANCE_SCENARIO'] ?? '';
const isModern = process.env['MCP_CONFORMANCE_PROTOCOL_VERSION'] === '2026-07-28';
const context: Record<string, unknown> = JSON.parse(process.env['MCP_CONFORMANCE_CONTEXT'] ?? '{}');
/** More logins than this for one visit mean that the server will never be content. */
const loginsMax = 2;

const listAndCall =
  (tool: string, input: Record<string, unknown> = {}): Visit =>
  async (client) => {
    await client.listTools();
    await client.callTool({ name: tool, arguments: input });
  };

/** The scripts by scenario; `auth/*` scenarios that are not named here all call the mock's one tool. */
const visits: Readonly<Record<string, Visit>> = {
  initialize: (client) => client.listTools(),
  'request-metadata': async () => undefined,
  'json-schema-ref-no-deref': (client) => client.listTools(),
  tools_call: listAndCall('add_numbers', { a: 5, b: 3 }),
  'sse-retry': listAndCall('test_reconnection'),
  'elicitation-sep1034-client-defaults': listAndCall('test_client_elicitation_defaults'),
  'json-schema-2020-12-preservation': echoSchema,
  'http-standard-headers': readEverything,
  'http-custom-headers': callWhatIsAsked,
  'http-invalid-tool-headers': callWhatIsListed,
  'sep-2322-client-request-state': answerRounds,
};

async function echoSchema(client: Client): Promise<void> {
  const { tools } = await client.listTools();
  const schema = tools.find((tool) => tool.name === 'json_schema_2020_12_tool')?.inputSchema;
  await client.callTool({ name: 'json_schema_echo', arguments: { schema } });
}

async function readEverything(client: Client): Promise<void> {
  const [tool] = (await client.listTools()).tools;
  if (tool !== undefined) await client.callTool({ name: tool.name, arguments: {} });
  const [resource] = (await client.listResources()).resources;
  if (resource !== undefined) await client.readResource({ uri: resource.uri });
  const [prompt] = (await client.listPrompts()).prompts;
  if (prompt !== undefined) await client.getPrompt({ name: prompt.name, arguments: {} });
}

async function callWhatIsAsked(client: Client): Promise<void> {
  await client.listTools();
  const calls = Array.isArray(context['toolCalls']) ? context['toolCalls'] : [];
  for (const call of calls) await client.callTool({ name: call.name, arguments: call.arguments });
}

async function callWhatIsListed(client: Client): Promise<void> {
  const { tools } = await client.listTools();
  for (const tool of tools) {
    await client.callTool({ name: tool.name, arguments: { region: 'us-west1' } }).catch(() => undefined);
  }
}

async function answerRounds(client: Client): Promise<void> {
  for (const name of ['echo_state', 'no_state', 'unrelated', 'no_result_type']) {
    // The last of them is malformed on purpose: the SDK refuses it, and must not ask again.
    await client.callTool({ name: `test_mrtr_${name}`, arguments: {} }).catch(() => undefined);
  }
}

/** Whether the mock knows neither `initialize` nor `server/discover`, so that the era must be told to the client. */
const isMuteMock = scenario === 'sep-2322-client-request-state' || (scenario.startsWith('http-') && isModern);

/** Answers `server/discover` in place of a mock that cannot; everything else goes to the mock as it is. */
async function fetchWithDiscovery(input: string | URL, init?: RequestInit): Promise<Response> {
  const message = typeof init?.body === 'string' ? JSON.parse(init.body) : undefined;
  if (message?.method !== 'server/discover') return fetch(input, init);
  const capabilities = { tools: {}, resources: {}, prompts: {} };
  const _meta = { 'io.modelcontextprotocol/serverInfo': { name: 'mock', version: '1' } };
  const result = { supportedVersions: ['2026-07-28'], capabilities, _meta };
  return Response.json({ jsonrpc: '2.0', id: message.id, result });
}

function openClient(): Client {
  const isHandshakeFree = isModern || isMuteMock || scenario.startsWith('auth/');
  const options: ClientOptions = {
    capabilities: { elicitation: { form: { applyDefaults: true } }, sampling: {}, roots: {} },
    versionNegotiation: { mode: isHandshakeFree ? 'auto' : 'legacy' },
  };
  const client = new Client({ name: 'sightline-conformance-client', version: '1.0.0' }, options);
  client.setRequestHandler('elicitation/create', (request) => {
    const content = request.method && isMuteMock ? { confirmed: true } : {};
    return { action: 'accept', content };
  });
  return client;
}

/** The credentials a scenario gives its client; undefined where none are needed. */
function findLogin(): OAuthClientProvider | undefined {
  const text = (key: string): string => String(context[key] ?? '');
  const secret = { clientId: text('client_id'), clientSecret: text('client_secret') };
  switch (scenario) {
    case 'auth/client-credentials-jwt':
      return new PrivateKeyJwtProvider({
        clientId: text('client_id'),
        privateKey: text('private_key_pem'),
        algorithm: typeof context['signing_algorithm'] === 'string' ? context['signing_algorithm'] : 'ES256',
      });
    case 'auth/client-credentials-basic':
      return new ClientCredentialsProvider(secret);
    case 'auth/enterprise-managed-authorization':
      return new CrossAppAccessProvider({
        ...secret,
        assertion: async ({ authorizationServerUrl, resourceUrl, fetchFn }) => {
          const grant = await requestJwtAuthorizationGrant({
            tokenEndpoint: text('idp_token_endpoint'),
            audience: authorizationServerUrl,
            resource: resourceUrl,
            idToken: text('idp_id_token'),
            clientId: text('idp_client_id'),
            fetchFn,
          });
          return grant.jwtAuthGrant;
        },
      });
    case 'auth/pre-registration':
      return new HeadlessLogin({ client_id: secret.clientId, client_secret: secret.clientSecret });
    default:
      return scenario.startsWith('auth/') ? new HeadlessLogin() : undefined;
  }
}

/** Connects and plays the scenario's visit, logging in and beginning again as often as the server asks. */
async function play(url: URL): Promise<void> {
  const login = findLogin();
  const visit = visits[scenario] ?? listAndCall('test-tool');
  for (let logins = 0; ; logins += 1) {
    const transport = new StreamableHTTPClientTransport(url, {
      ...(login === undefined ? {} : { authProvider: login }),
      ...(isMuteMock ? { fetch: fetchWithDiscovery } : {}),
    });
    const client = openClient();
    try {
      await client.connect(transport);
      await visit(client);
      return;
    } catch (error) {
      const callback = login instanceof HeadlessLogin ? login.takeCallback() : undefined;
      if (!(error instanceof UnauthorizedError) || callback === undefined || logins >= loginsMax) throw error;
      await transport.finishAuth(callback);
    } finally {
      await client.close();
    }
  }
}

try {
  await play(new URL(process.argv[2] ?? ''));
} catch (error) {
  console.error(error);
  process.exitCode = 1;
}
