// The floor: a bare Hono that only returns the given bytes. The ratio to it shows the cost of a service's routing,
// checks, ids, log lines and database.
import { type Context, Hono } from 'hono';

type Answer = { status: number; type: string; body: Uint8Array };

const answers = new Map<string, Answer>();
const app = new Hono();

/** Stores a response: its body and content type, and the status in `?status=`. */
app.put('/answers/:name', async (c) => {
  const body = new Uint8Array(await c.req.arrayBuffer());
  const type = c.req.header('Content-Type') ?? '';
  answers.set(c.req.param('name'), { status: Number(c.req.query('status')), type, body });
  return c.body(null, 204);
});

app.get('/answers/:name', (c) => answer(c, c.req.param('name')));

/** As a service must, this reads the JSON it is sent. */
app.post('/answers/:name', async (c) => {
  await c.req.json();
  return answer(c, c.req.param('name'));
});

function answer(c: Context, name: string): Response {
  const { status, type, body } = answers.get(name)!;
  if (body.length === 0) return c.body(null, status as 200);
  return c.body(body as Uint8Array<ArrayBuffer>, status as 200, { 'Content-Type': type });
}

const server = Bun.serve({ fetch: app.fetch, hostname: '127.0.0.1', port: 0, development: false });
console.log(JSON.stringify({ port: server.port, msg: 'listening' }));
process.on('SIGTERM', () => process.exit(0));
