//! The rules for text that the crate writes.

use crate::task::{ValidationError, ValidationReason};

/// The maximum number of characters (`char`s, not bytes) in a text that the crate writes.
pub const MAX_TEXT_CHARS: usize = 255;

/// Validates a text before it is written: 1 to [`MAX_TEXT_CHARS`] characters, none of them a control
/// character, and not blank.
pub(crate) fn check_text(field: &'static str, text: &str) -> Result<(), ValidationError> {
    // Most texts are ASCII without spaces, which breaks no rule but that of the length.
    let is_short = (1..=MAX_TEXT_CHARS).contains(&text.len());
    // Without an early exit, so that the compiler compares many bytes at once.
    if is_short && text.bytes().fold(true, |all, byte| all & byte.is_ascii_graphic()) {
        return Ok(());
    }
    let refuse = |reason| Err(ValidationError::new(field, reason));
    if text.is_empty() {
        return refuse(ValidationReason::Empty);
    }
    for (position, c) in text.chars().enumerate() {
        if position == MAX_TEXT_CHARS {
            return refuse(ValidationReason::TooLong { max: MAX_TEXT_CHARS });
        }
        if c.is_control() {
            return refuse(ValidationReason::ControlCharacter { position });
        }
    }
    if is_blank(text) { refuse(ValidationReason::Blank) } else { Ok(()) }
}

/// Whether the text is empty or consists of white space only ([`char::is_whitespace`], which includes
/// tabs and line breaks).
pub(crate) fn is_blank(text: &str) -> bool {
    text.chars().all(char::is_whitespace)
}

/// Validates a text that is only compared with stored text, which may violate the rules for
/// written text. PostgreSQL refuses NUL even in a parameter, which would abort the caller's
/// transaction.
pub(crate) fn check_no_nul(field: &'static str, text: &str) -> Result<(), ValidationError> {
    match text.chars().position(|c| c == '\0') {
        Some(position) => {
            Err(ValidationError::new(field, ValidationReason::ControlCharacter { position }))
        }
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn check_text_returns_the_violated_rule() {
        let reason = |text: &str| check_text("f", text).map_err(|e| e.reason);
        assert_eq!(reason("x"), Ok(()));
        assert_eq!(reason(" x "), Ok(()));
        assert_eq!(reason("🎉"), Ok(()));
        assert_eq!(reason(&"é".repeat(255)), Ok(()));
        assert_eq!(reason(""), Err(ValidationReason::Empty));
        assert_eq!(reason(" \u{3000}"), Err(ValidationReason::Blank));
        assert_eq!(reason(&"é".repeat(256)), Err(ValidationReason::TooLong { max: 255 }));
        assert_eq!(reason("a\0"), Err(ValidationReason::ControlCharacter { position: 1 }));
        assert_eq!(reason("é\u{85}"), Err(ValidationReason::ControlCharacter { position: 1 }));
        assert_eq!(reason("\n"), Err(ValidationReason::ControlCharacter { position: 0 }));
    }
}
