/**
 * ONNX Runtime's native build counts its sessions for Microsoft, in a database below the user's cache folder, unless told not to
 * before it is loaded. Marey tells it: who wants it back sets the variable to 0. Imported before anything of `onnxruntime-node`.
 */
process.env.ORT_DISABLE_TELEMETRY ??= "1";
