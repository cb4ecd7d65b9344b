//! Frames, headers, the version table, error codes and RPC bodies.
