// Files imported as text, so that they travel inside a compiled binary.
declare module '*.sql' {
  const text: string;
  export default text;
}
declare module 'swagger-ui-dist/*.css' {
  const text: string;
  export default text;
}
declare module 'swagger-ui-dist/swagger-ui-bundle.js' {
  const text: string;
  export default text;
}
