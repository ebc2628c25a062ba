// To be required before anything else: for the runtime of the models alone, this machine is a Mac with an Intel processor.
const real = { platform: process.platform, arch: process.arch };
const mac = { platform: 'darwin', arch: 'x64' };
for (const key of ['platform', 'arch']) {
  Object.defineProperty(process, key, {
    get: () => (/onnxruntime|ort-session/.test(String(new Error('who asks?').stack)) ? mac : real)[key],
  });
}
