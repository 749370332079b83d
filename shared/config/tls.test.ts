import { expect, test } from 'bun:test';
import { tlsOptions } from './tls.ts';

test('a certificate is checked, whatever the runtime was told for other programs', () => {
  expect(tlsOptions({})).toEqual({ rejectUnauthorized: true });
  expect(tlsOptions({ ca: { path: 'ca.pem', text: () => 'PEM' } })).toEqual({ rejectUnauthorized: true, ca: 'PEM' });
});
