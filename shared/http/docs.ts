import css from 'swagger-ui-dist/swagger-ui.css' with { type: 'text' };
import bundle from 'swagger-ui-dist/swagger-ui-bundle.js' with { type: 'text' };
import { release } from '../process/build.ts';
import { replyWritten } from './reply.ts';
import type { App } from './routes.ts';

/** The title, description and tags of a service's OpenAPI document. */
export type About = { title: string; description: string; tags: { name: string; description: string }[] };

/** The head of a service's OpenAPI document, whose version is the release's. */
export const documentHead = ({ title, description, tags }: About) => ({
  openapi: '3.1.0' as const,
  info: {
    title,
    version: release,
    description,
    contact: { name: 'The Onsale maintainers' },
    license: { name: 'MIT', identifier: 'MIT' },
  },
  servers: [{ url: '/', description: 'Where this document comes from' }],
  tags,
});

const page = (title: string) => `<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <title>${title}</title>
  <link rel="stylesheet" href="/docs/swagger-ui.css">
</head>
<body>
  <div id="ui"></div>
  <script src="/docs/swagger-ui-bundle.js"></script>
  <script src="/docs/start.js"></script>
</body>
</html>
`;

const start = `SwaggerUIBundle({ url: '/openapi.json', dom_id: '#ui', deepLinking: true, tryItOutEnabled: true });\n`;

/** The policy of the page: Swagger UI styles its elements inline and draws its icons from data: addresses. */
const policy =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** Adds `/docs`: a page to read and try the service's `/openapi.json`; every asset comes from the service itself. */
export function addDocs(app: App, title: string): void {
  const asset = (path: string, text: string, type: string) =>
    app.get(path, async (c) =>
      replyWritten(c, text, {
        'Content-Type': `${type}; charset=utf-8`,
        'Cache-Control': 'public, max-age=3600',
        'Content-Security-Policy': policy,
      }),
    );
  asset('/docs', page(title), 'text/html');
  asset('/docs/start.js', start, 'text/javascript');
  asset('/docs/swagger-ui.css', css, 'text/css');
  asset('/docs/swagger-ui-bundle.js', bundle, 'text/javascript');
}
