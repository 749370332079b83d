import { expect, test } from 'bun:test';
import { originsOf } from './origins.ts';

test('the origins of npm start are those that a browser on its machine has', () => {
  expect(originsOf([{ host: '127.0.0.1', port: 8080 }])).toEqual(['http://127.0.0.1:8080', 'http://localhost:8080']);
  expect(originsOf([{ host: '0.0.0.0', port: 80 }])).toEqual(['http://127.0.0.1', 'http://localhost']);
  expect(originsOf([{ host: '::1', port: 8081 }])).toEqual(['http://[::1]:8081', 'http://localhost:8081']);
  expect(originsOf([{ host: 'box.example', port: 8082 }])).toEqual(['http://box.example:8082']);
  expect(originsOf([{ host: '127.0.0.1', port: 0 }])).toEqual([]);
});
