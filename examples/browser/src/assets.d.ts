/// <reference types="vite/client" />

/** Addresses of the digits' files: compressed IDX. */
declare module 'virtual:digits' {
  const files: Readonly<Record<'trainImages' | 'trainLabels' | 'testImages' | 'testLabels', string>>;
  export default files;
}
