const { TestEnvironment } = require('jest-environment-node');

/** Jest's own, with the typed arrays that native code makes. */
module.exports = class extends TestEnvironment {
  constructor(...given) {
    super(...given);
    Object.assign(this.global, { BigInt64Array, Float32Array, Int32Array, Uint8Array });
  }
};
