/**
 * Keeps ONNX Runtime from reporting every session to its maker. The library reads the environment of the process when it is loaded; only the
 * main thread can set that (a worker thread has a copy), and child processes inherit it: whoever loads the library, or starts
 * threads that do, calls this first.
 */
export function switchTelemetryOff(): void {
  process.env['ORT_DISABLE_TELEMETRY'] = '1';
}
