/**
 * The MCP server behind every variant, as a process of its own: answers from prepared bytes on raw sockets, so
 * that what is measured is the proxy. Started with its port as only argument; ends when its parent goes.
 */
import { createServer, type Socket } from 'node:net';
import {
  acceptedReply,
  type FixtureName,
  fillTemplate,
  fixtureNames,
  initializeReply,
  replyTemplates,
  type Template,
  toolOf,
} from './fixtures.ts';
import { MessageReader } from './messageReader.ts';

const replies = new Map<string, readonly Template[]>(
  fixtureNames.map((name: FixtureName) => [toolOf[name], replyTemplates(name)]),
);
let sessions = 0;
const eventGapMs = 2;

function answer(socket: Socket, body: Buffer): void {
  const message: { id?: number; method?: string; params?: { name?: string } } = JSON.parse(
    body.toString('utf8'),
  );
  if (message.method === 'initialize') {
    sessions += 1;
    socket.write(initializeReply(message.id, `bench-session-${String(sessions).padStart(6, '0')}`));
    return;
  }
  const { id } = message;
  const pieces = replies.get(message.params?.name ?? '');
  if (id === undefined || pieces === undefined) {
    socket.write(acceptedReply);
    return;
  }
  writePieces(socket, pieces, id, 0);
}

/** Apart in time, as an SSE server has them: written at once, a busy proxy would read all of them in one piece. */
function writePieces(socket: Socket, pieces: readonly Template[], id: number, index: number): void {
  const piece = pieces[index];
  if (piece === undefined || socket.destroyed) return;
  socket.write(fillTemplate(piece, id));
  if (index + 1 < pieces.length) setTimeout(writePieces, eventGapMs, socket, pieces, id, index + 1);
}

const server = createServer({ noDelay: true }, (socket) => {
  const reader = new MessageReader((message) => answer(socket, message.body));
  socket.on('error', () => socket.destroy());
  socket.on('data', (chunk: Buffer) => {
    try {
      reader.push(chunk);
    } catch (error) {
      // The client sees a broken connection and its run fails: better than an answer to something unread.
      console.error(error);
      socket.destroy();
    }
  });
});
server.listen(Number(process.argv[2]), '127.0.0.1');
process.on('disconnect', () => process.exit(0));
