/** Imports a module that only Node has. Its name is no literal at the call of `import`, so that bundlers leave it alone. */
export async function runtimeImport<M>(specifier: string): Promise<M> {
  return (await import(/* @vite-ignore */ /* webpackIgnore: true */ specifier)) as M;
}
