/** Version of this package; a test keeps it that of the manifest. */
export const VERSION = '0.1.0';
