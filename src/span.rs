//! What the crate says to `tracing`: a span for each call to a database.

/// A span of one call. It names no caller, for that may be an API key.
macro_rules! span {
    ($name:literal $(, $field:ident = $value:expr)*) => {
        tracing::debug_span!(concat!("game_tasks.", $name) $(, $field = %$value)*)
    };
}
pub(crate) use span;
