/** What every plugin that selects parameters refuses, beside its own. */
export const badSelection = (make: (options: { parameters?: never; name?: string }) => unknown) => ({
  'unknown selector': () => make({ parameters: 'weights' as never }),
  'empty list': () => make({ parameters: [] as never }),
  'empty name': () => make({ name: '' }),
});
