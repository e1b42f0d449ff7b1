/**
 * The fixture's tools that ask the client something first. Each is written once: on 2026-07-28 the questions
 * travel as an `input_required` result, on older revisions the SDK sends them as requests of the server.
 */
import { randomBytes } from 'node:crypto';
import {
  acceptedContent,
  type CallToolResult,
  createRequestStateCodec,
  fromJsonSchema,
  type InputRequest,
  type InputRequests,
  type InputRequiredResult,
  inputRequired,
  type McpServer,
  type ServerContext,
} from '@modelcontextprotocol/server';
import { choiceFields, defaultFields } from './fixtureForms.ts';

interface State {
  readonly tool: string;
  readonly round: number;
  readonly name?: string;
}

/** Seals what a tool must remember between two rounds: the client carries it, and may not change it. */
export const requestStates = createRequestStateCodec<State>({ key: randomBytes(32) });

type Answers = Readonly<Record<string, unknown>>;

interface Question {
  readonly tool: string;
  /** What to ask, by the key under which the answer comes back. */
  readonly asks: InputRequests;
  /** Whether the round carries sealed state, without which answers are not believed. */
  readonly sealed?: boolean;
  /** The final text, or undefined when an answer is missing and must be asked for again. */
  readonly conclude: (answers: Answers) => string | undefined;
}

const askName = askText('What is your name?', 'name');
const askGreeting = inputRequired.createMessage({
  messages: [{ role: 'user', content: { type: 'text', text: 'Write a short greeting' } }],
  maxTokens: 50,
});
const askConsent = inputRequired.elicit({
  message: 'Go on?',
  requestedSchema: { type: 'object', properties: { ok: { type: 'boolean' } }, required: ['ok'] },
});

const questions: readonly Question[] = [
  {
    tool: 'test_input_required_result_elicitation',
    asks: { user_name: askName },
    conclude: (answers) => {
      const name = acceptedContent(answers, 'user_name')?.['name'];
      return typeof name === 'string' ? `Hello, ${name}!` : undefined;
    },
  },
  {
    tool: 'test_input_required_result_sampling',
    asks: {
      capital_question: inputRequired.createMessage({
        messages: [{ role: 'user', content: { type: 'text', text: 'What is the capital of France?' } }],
        maxTokens: 100,
      }),
    },
    conclude: (answers) => findSampledText(answers['capital_question']),
  },
  {
    tool: 'test_input_required_result_list_roots',
    asks: { client_roots: inputRequired.listRoots() },
    conclude: (answers) => describeRoots(answers['client_roots']),
  },
  {
    tool: 'test_input_required_result_request_state',
    asks: { confirm: askConsent },
    sealed: true,
    conclude: (answers) =>
      acceptedContent(answers, 'confirm') === undefined ? undefined : 'state-ok: the seal held',
  },
  {
    tool: 'test_input_required_result_tampered_state',
    asks: { confirm: askConsent },
    sealed: true,
    conclude: (answers) =>
      acceptedContent(answers, 'confirm') === undefined ? undefined : 'integrity-ok: the seal held',
  },
  {
    tool: 'test_input_required_result_multiple_inputs',
    asks: { user_name: askName, greeting: askGreeting, client_roots: inputRequired.listRoots() },
    sealed: true,
    conclude: (answers) => {
      const name = acceptedContent(answers, 'user_name')?.['name'];
      const greeting = findSampledText(answers['greeting']);
      const roots = describeRoots(answers['client_roots']);
      const isComplete = typeof name === 'string' && greeting !== undefined && roots !== undefined;
      return isComplete ? `${greeting} ${name}, ${roots}` : undefined;
    },
  },
  {
    tool: 'test_missing_capability',
    asks: { greeting: askGreeting },
    conclude: (answers) => findSampledText(answers['greeting']),
  },
  {
    tool: 'test_elicitation_sep1034_defaults',
    asks: { form: askForm('Please check the defaults', defaultFields) },
    conclude: describeForm,
  },
  {
    tool: 'test_elicitation_sep1330_enums',
    asks: { form: askForm('Please choose', choiceFields) },
    conclude: describeForm,
  },
];

const noInput = fromJsonSchema<Record<string, unknown>>({ type: 'object', properties: {} });

/** Registers every tool that asks back. */
export function addQuestions(server: McpServer): void {
  for (const question of questions) {
    const config = { description: `Asks back: ${question.tool}`, inputSchema: noInput };
    server.registerTool(question.tool, config, (_input, context) => answerOrAsk(question, context));
  }
  server.registerTool(
    'test_sampling',
    { description: 'Puts a prompt to the client’s model', inputSchema: oneText('prompt') },
    (input, context) => {
      const prompt = String(input['prompt']);
      const ask = inputRequired.createMessage({
        messages: [{ role: 'user', content: { type: 'text', text: prompt } }],
        maxTokens: 100,
      });
      return answerOrAsk(
        { tool: 'test_sampling', asks: { answer: ask }, conclude: (all) => findSampledText(all['answer']) },
        context,
      );
    },
  );
  server.registerTool(
    'test_elicitation',
    { description: 'Puts a question to the user', inputSchema: oneText('message') },
    (input, context) => {
      const form = askText(String(input['message']), 'response');
      return answerOrAsk({ tool: 'test_elicitation', asks: { form }, conclude: describeForm }, context);
    },
  );
  server.registerTool(
    'test_input_required_result_multi_round',
    { description: 'Asks twice, remembering the first answer in its state', inputSchema: noInput },
    (_input, context) => askTwice(context),
  );
  server.registerTool(
    'test_input_required_result_capabilities',
    { description: 'Asks only what the client can answer', inputSchema: noInput },
    (_input, context) => askWhatIsPossible(context),
  );
}

async function answerOrAsk(
  question: Question,
  context: ServerContext,
): Promise<CallToolResult | InputRequiredResult> {
  const { inputResponses, requestState } = context.mcpReq;
  const isBelieved = question.sealed !== true || requestState<State>()?.tool === question.tool;
  const conclusion =
    inputResponses !== undefined && isBelieved ? question.conclude(inputResponses) : undefined;
  if (conclusion !== undefined) return say(conclusion);
  if (question.sealed !== true) return inputRequired({ inputRequests: question.asks });
  const state = await requestStates.mint({ tool: question.tool, round: 1 });
  return inputRequired({ inputRequests: question.asks, requestState: state });
}

async function askTwice(context: ServerContext): Promise<CallToolResult | InputRequiredResult> {
  const tool = 'test_input_required_result_multi_round';
  const state = context.mcpReq.requestState<State>();
  const answers = context.mcpReq.inputResponses;
  if (state?.tool !== tool) {
    return inputRequired({
      inputRequests: { step1: askText('What is your name?', 'name') },
      requestState: await requestStates.mint({ tool, round: 1 }),
    });
  }
  if (state.round === 1) {
    const name = String(acceptedContent(answers, 'step1')?.['name']);
    return inputRequired({
      inputRequests: { step2: askText('Which colour do you like?', 'color') },
      requestState: await requestStates.mint({ tool, round: 2, name }),
    });
  }
  return say(`${state.name} likes ${String(acceptedContent(answers, 'step2')?.['color'])}`);
}

function askWhatIsPossible(context: ServerContext): CallToolResult | InputRequiredResult {
  if (context.mcpReq.inputResponses !== undefined) return say('everything possible was answered');
  const envelope: Readonly<Record<string, unknown>> = { ...context.mcpReq.envelope };
  const declared = envelope['io.modelcontextprotocol/clientCapabilities'];
  const capabilities = typeof declared === 'object' && declared !== null ? Object.keys(declared) : [];
  const asks: InputRequests = {};
  if (capabilities.includes('elicitation')) asks['user_name'] = askName;
  if (capabilities.includes('sampling')) asks['greeting'] = askGreeting;
  if (capabilities.includes('roots')) asks['client_roots'] = inputRequired.listRoots();
  return Object.keys(asks).length === 0
    ? say('the client can be asked nothing')
    : inputRequired({ inputRequests: asks });
}

function askText(message: string, field: string): InputRequest {
  return inputRequired.elicit({
    message,
    requestedSchema: { type: 'object', properties: { [field]: { type: 'string' } }, required: [field] },
  });
}

function askForm(
  message: string,
  fields: Parameters<typeof inputRequired.elicit>[0]['requestedSchema'],
): InputRequest {
  return inputRequired.elicit({ message, requestedSchema: fields });
}

function oneText(field: string): ReturnType<typeof fromJsonSchema<Record<string, unknown>>> {
  return fromJsonSchema<Record<string, unknown>>({
    type: 'object',
    properties: { [field]: { type: 'string' } },
    required: [field],
  });
}

function describeForm(answers: Answers): string | undefined {
  const form = answers['form'];
  return form === undefined ? undefined : `the user answered ${JSON.stringify(form)}`;
}

function describeRoots(answer: unknown): string | undefined {
  if (typeof answer !== 'object' || answer === null || !('roots' in answer)) return undefined;
  return Array.isArray(answer.roots) ? `roots ${JSON.stringify(answer.roots)}` : undefined;
}

function findSampledText(answer: unknown): string | undefined {
  if (typeof answer !== 'object' || answer === null || !('content' in answer)) return undefined;
  const { content } = answer;
  if (typeof content !== 'object' || content === null || !('text' in content)) return undefined;
  return typeof content.text === 'string' ? `the model says: ${content.text}` : undefined;
}

function say(text: string): CallToolResult {
  return { content: [{ type: 'text', text }] };
}
