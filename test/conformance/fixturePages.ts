/**
 * The fixture's resources, prompts, completion and log level: what the scenarios read rather than call.
 */
import {
  acceptedContent,
  fromJsonSchema,
  type GetPromptResult,
  type InputRequiredResult,
  inputRequired,
  type McpServer,
  type PromptMessage,
  ResourceTemplate,
  type ServerContext,
} from '@modelcontextprotocol/server';
import { pixelBase64 } from './fixtureTools.ts';

/** Registers everything that can be read. */
export function addPages(server: McpServer): void {
  addResources(server);
  addPrompts(server);
  server.server.setRequestHandler('resources/subscribe', () => ({}));
  server.server.setRequestHandler('resources/unsubscribe', () => ({}));
  server.server.setRequestHandler('completion/complete', () => ({
    completion: { values: ['paris', 'park'], total: 2, hasMore: false },
  }));
}

function addResources(server: McpServer): void {
  const texts = {
    'test://static-text': 'The text of a static resource.',
    'test://watched-resource': 'The text of a watched resource.',
  };
  for (const [address, text] of Object.entries(texts)) {
    const mimeType = 'text/plain';
    server.registerResource(address.slice('test://'.length), address, { mimeType }, (uri) => ({
      contents: [{ uri: uri.href, mimeType, text }],
    }));
  }
  server.registerResource('static-binary', 'test://static-binary', { mimeType: 'image/png' }, (uri) => ({
    contents: [{ uri: uri.href, mimeType: 'image/png', blob: pixelBase64 }],
  }));
  server.registerResource(
    'template',
    new ResourceTemplate('test://template/{id}/data', { list: undefined }),
    { mimeType: 'application/json' },
    (uri, { id }) => ({
      contents: [
        {
          uri: uri.href,
          mimeType: 'application/json',
          text: JSON.stringify({ id, data: `Data for ID: ${id}` }),
        },
      ],
    }),
  );
}

function addPrompts(server: McpServer): void {
  server.registerPrompt('test_simple_prompt', { description: 'Without arguments' }, () =>
    speak([{ type: 'text', text: 'A simple prompt.' }]),
  );
  server.registerPrompt(
    'test_prompt_with_arguments',
    { description: 'With two arguments', argsSchema: texts('arg1', 'arg2') },
    (input) => speak([{ type: 'text', text: `arg1='${input['arg1']}', arg2='${input['arg2']}'` }]),
  );
  server.registerPrompt(
    'test_prompt_with_embedded_resource',
    { description: 'With a resource inside', argsSchema: texts('resourceUri') },
    (input) =>
      speak([
        {
          type: 'resource',
          resource: { uri: String(input['resourceUri']), mimeType: 'text/plain', text: 'Embedded text.' },
        },
        { type: 'text', text: 'What does it say?' },
      ]),
  );
  server.registerPrompt('test_prompt_with_image', { description: 'With an image' }, () =>
    speak([
      { type: 'image', data: pixelBase64, mimeType: 'image/png' },
      { type: 'text', text: 'What is in the image?' },
    ]),
  );
  server.registerPrompt(
    'test_input_required_result_prompt',
    { description: 'Asks for its context first', argsSchema: texts() },
    (_input, context) => speakInContext(context),
  );
}

function speakInContext(context: ServerContext): GetPromptResult | InputRequiredResult {
  const given = acceptedContent(context.mcpReq.inputResponses, 'user_context')?.['context'];
  if (typeof given === 'string') return speak([{ type: 'text', text: `In this context: ${given}` }]);
  return inputRequired({
    inputRequests: {
      user_context: inputRequired.elicit({
        message: 'In which context?',
        requestedSchema: {
          type: 'object',
          properties: { context: { type: 'string' } },
          required: ['context'],
        },
      }),
    },
  });
}

function speak(contents: readonly PromptMessage['content'][]): GetPromptResult {
  return { messages: contents.map((content) => ({ role: 'user', content })) };
}

function texts(...names: readonly string[]): ReturnType<typeof fromJsonSchema<Record<string, unknown>>> {
  return fromJsonSchema<Record<string, unknown>>({
    type: 'object',
    properties: Object.fromEntries(names.map((name) => [name, { type: 'string' }])),
    required: [...names],
  });
}
