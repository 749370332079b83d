import ts from '@typescript/typescript6';
import { plugin } from 'bun';

// openapi-typescript prints by TypeScript's own API, which TypeScript 7.0 is without: here it has that of 6.
plugin({
  name: 'typescript 6',
  setup: (build) => void build.module('typescript', () => ({ exports: { ...ts, default: ts }, loader: 'object' })),
});
const { default: openapiTs, astToString } = await import('openapi-typescript');

/** The types of an OpenAPI document in TypeScript, as `npx openapi-typescript` writes them. */
export const apiTypes = async (document: string): Promise<string> => astToString(await openapiTs(document));
