/** A value that JSON can hold. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };

/** The plain options that something was made with: its `kind`, and every option by name, defaults filled in. */
export type Config = { readonly kind: string } & { readonly [option: string]: Json };
