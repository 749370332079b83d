/**
 * What the examples in the documents name: an event of the demo data, three of its seats, any buyer, and payment methods of
 * the sandbox. A test runs every example; the lines that `npm start` prints, and those of README, are about other seats.
 */
export const example = {
  event: 'd0e1f2a3-b4c5-4d5e-8f9a-0b1c2d3e4f5a',
  seat: 'e7f8a9b0-c1d2-4e5f-8a9b-0c1d2e3f4a5b',
  pair: ['f8a9b0c1-d2e3-4f5a-8b9c-0d1e2f3a4b5c', 'a9b0c1d2-e3f4-4a5b-8c9d-0e1f2a3b4c5d'],
  buyer: '22222222-2222-4222-8222-222222222222',
  method: {
    pays: '00000000-0000-4000-8000-000000000001',
    declined: '00000000-0000-4000-8000-000000000002',
    asksTheBuyer: '00000000-0000-4000-8000-000000000005',
  },
};
