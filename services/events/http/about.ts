import type { About } from '../../../shared/http/docs.ts';

export const about: About = {
  title: 'Onsale events',
  description: `What is on, and how each seat stands.

Prices are whole numbers of minor units of the currency, times are UTC. The examples are about the demo data that
\`npm start\` brings. Operation is at \`/livez\`, \`/readyz\` and \`/metrics\`.`,
  tags: [
    { name: 'Events', description: 'Upcoming events, and the page of one with the status of every seat' },
    { name: 'Seating plans', description: 'The plans of venues, by which tickets are made' },
    { name: 'Offers', description: 'The tickets of an event: prices, rates, and what is held back' },
    { name: 'Organisers’ events', description: 'For organisers: make, change, publish and delete events' },
    { name: 'Presales', description: 'For organisers: windows before the general sale, and their access codes' },
    { name: 'Venues and performers', description: 'Where an organiser’s events take place, and whom they show' },
    {
      name: 'Organisers',
      description: 'Those who sell here, the API keys of their programs, and what they have changed',
    },
  ],
};
