const { TestEnvironment } = require('jest-environment-node');

/**
 * Jest runs every test file in a context with typed arrays of its own, which onnxruntime's native binding does not
 * recognise. This environment hands the outer ones in, so that `new Tensor(...)` works in tests as it does in the product.
 */
class OnnxEnvironment extends TestEnvironment {
  async setup() {
    await super.setup();
    for (const name of [
      'ArrayBuffer',
      'Float32Array',
      'BigInt64Array',
      'Int32Array',
      'Uint8Array',
      'Uint8ClampedArray',
      'Uint16Array',
      'Uint32Array',
      'Float64Array',
    ]) {
      this.global[name] = globalThis[name];
    }
  }
}

module.exports = OnnxEnvironment;
