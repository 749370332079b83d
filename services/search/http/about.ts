import type { About } from '../../../shared/http/docs.ts';

export const about: About = {
  title: 'Onsale search',
  description: `Finds upcoming events by words, misspelt ones too.

The examples are about the demo data that \`npm start\` brings. Operation is at \`/livez\`, \`/readyz\` and \`/metrics\`.`,
  tags: [{ name: 'Search', description: 'Events by words of their names, descriptions, halls, cities and performers' }],
};
