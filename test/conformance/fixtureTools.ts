/**
 * The fixture's tools that answer without asking back. Names and contents are what the conformance
 * scenarios call for; a tool that only says something is a row of a table.
 */
import { readFileSync } from 'node:fs';
import {
  type CallToolResult,
  type ContentBlock,
  fromJsonSchema,
  type McpServer,
  type ServerContext,
  type ServerNotifier,
} from '@modelcontextprotocol/server';

/** One pixel, and a wave file without samples: the smallest bodies that are what they say. */
export const pixelBase64 =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNkYAAAAAYAAjCB0C8AAAAASUVORK5CYII=';
const silenceBase64 = 'UklGRiQAAABXQVZFZm10IBAAAAABAAEARKwAAIhYAQACABAAZGF0YQAAAAA=';

const noInput = fromJsonSchema<Record<string, unknown>>({ type: 'object', properties: {} });

const text = (value: string): ContentBlock => ({ type: 'text', text: value });
const image: ContentBlock = { type: 'image', data: pixelBase64, mimeType: 'image/png' };
const embedded = (uri: string, value: string): ContentBlock => ({
  type: 'resource',
  resource: { uri, mimeType: 'text/plain', text: value },
});

/** Tools that always say the same. */
const sayings: Readonly<Record<string, readonly ContentBlock[]>> = {
  test_simple_text: [text('This is a simple text response for testing.')],
  test_image_content: [image],
  test_audio_content: [{ type: 'audio', data: silenceBase64, mimeType: 'audio/wav' }],
  test_embedded_resource: [embedded('test://embedded-resource', 'Text inside a tool result.')],
  test_multiple_content_types: [
    text('Three kinds of content:'),
    image,
    embedded('test://mixed-content-resource', 'and a resource'),
  ],
  test_streaming_elicitation: [text('Nothing is asked on this stream.')],
};

/** Registers every tool that needs no input from the client; `notify` reaches open subscriptions. */
export function addTools(server: McpServer, notify: ServerNotifier): void {
  for (const [name, content] of Object.entries(sayings)) {
    server.registerTool(name, { description: `Answers ${name}`, inputSchema: noInput }, () => ({
      content: [...content],
    }));
  }
  addActingTools(server);
  const changes = {
    test_trigger_tool_change: () => notify.toolsChanged(),
    test_trigger_prompt_change: () => notify.promptsChanged(),
  };
  for (const [name, announce] of Object.entries(changes)) {
    server.registerTool(name, { description: 'Announces a change', inputSchema: noInput }, () => {
      announce();
      return { content: [text('announced')] };
    });
  }
  addSchemaTools(server);
}

function addActingTools(server: McpServer): void {
  const act = (
    name: string,
    description: string,
    run: (context: ServerContext) => Promise<CallToolResult>,
  ): void => {
    server.registerTool(name, { description, inputSchema: noInput }, (_input, context) => run(context));
  };
  act('test_error_handling', 'Always fails', async () => ({
    content: [text('This tool fails on purpose.')],
    isError: true,
  }));
  act('test_logging_tool', 'Logs as far as the request wants logs', async (context) => {
    await context.mcpReq.log('info', 'test_logging_tool was called');
    return { content: [text('logged')] };
  });
  act('test_tool_with_logging', 'Logs three times while it works', async (context) => {
    for (const data of ['started', 'working', 'done']) {
      await context.mcpReq.notify({ method: 'notifications/message', params: { level: 'info', data } });
      await pause(20);
    }
    return { content: [text('three lines were logged')] };
  });
  act('test_tool_with_progress', 'Tells how far it is', async (context) => {
    const progressToken = context.mcpReq._meta?.progressToken;
    for (const progress of [0, 50, 100]) {
      // Progress without a token would belong to no request.
      if (progressToken === undefined) break;
      const params = { progressToken, progress, total: 100, message: `${progress} of 100` };
      await context.mcpReq.notify({ method: 'notifications/progress', params });
      await pause(20);
    }
    return { content: [text(`progress went to ${String(progressToken)}`)] };
  });
  act('test_reconnection', 'Closes its stream and answers on the next one', async (context) => {
    context.http?.closeSSE?.();
    await pause(100);
    return { content: [text('answered after the stream was closed')] };
  });
}

/** Both schemas are JSON files, because the suite looks at keywords that no TypeScript type of a schema knows. */
function addSchemaTools(server: McpServer): void {
  const schemas = JSON.parse(readFileSync(new URL('fixtureSchemas.json', import.meta.url), 'utf8'));
  server.registerTool(
    'test_x_mcp_header',
    {
      description: 'One argument travels as Mcp-Param-Region too',
      inputSchema: fromJsonSchema<{ region?: string }>(schemas.mirrored),
    },
    ({ region }) => ({ content: [text(`region ${region ?? 'not given'}`)] }),
  );
  server.registerTool(
    'json_schema_2020_12_tool',
    {
      description: 'A schema whose every keyword must survive the listing',
      inputSchema: fromJsonSchema<Record<string, unknown>>(schemas.everyKeyword),
    },
    (input) => ({ content: [text(JSON.stringify(input))] }),
  );
}

function pause(durationMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, durationMs));
}
