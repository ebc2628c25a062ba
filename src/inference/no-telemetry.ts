/*
 * ONNX Runtime reports every session to its maker, unless it is told not to before its library is loaded. Whoever loads it or
 * starts threads that do imports this module first: the library reads the environment of the process, which only the
 * main thread can set (a worker thread has a copy), and which child processes inherit.
 */
process.env['ORT_DISABLE_TELEMETRY'] = '1';
