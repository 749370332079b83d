import { expect, test } from 'bun:test';
import { tlsOptions, tlsTrouble } from './tls.ts';

test('a certificate is checked, whatever the runtime was told for other programs', () => {
  expect(tlsOptions({})).toEqual({ rejectUnauthorized: true });
  expect(tlsOptions({ ca: { path: 'ca.pem', text: () => 'PEM' } })).toEqual({ rejectUnauthorized: true, ca: 'PEM' });
});

const names = { address: 'A_ADDR', tls: 'A_TLS', ca: 'A_CA', cert: 'A_CERT' };
const coded = (code: string) => Object.assign(new Error('hush'), { code });

test('why TLS failed is told of an error and of its causes', () => {
  const expired = 'It shows a certificate that has expired: renew it there';
  expect(tlsTrouble('It', coded('CERT_HAS_EXPIRED'), names)).toBe(expired);
  const wrapped = new Error('outer', { cause: new Error('middle', { cause: coded('CERT_HAS_EXPIRED') }) });
  expect(tlsTrouble('It', wrapped, names)).toBe(expired);
  expect(tlsTrouble('It', coded('ERR_TLS_CERT_ALTNAME_INVALID'), names)).toContain('A_ADDR');
});

test('an error of another kind has none', () => {
  for (const other of [coded('ECONNREFUSED'), new Error('hush'), 'hush', undefined]) {
    expect(tlsTrouble('It', other, names)).toBeUndefined();
  }
});
