//! Texts that databases, encodings and parsers are prone to mishandle.

use crate::ValidationReason;

/// Texts that writing calls must refuse, each with the reason.
pub fn refused_texts() -> Vec<(String, ValidationReason)> {
    let control = |position| ValidationReason::ControlCharacter { position };
    vec![
        (String::new(), ValidationReason::Empty),
        ("   ".to_owned(), ValidationReason::Blank),
        ("\u{3000}\u{2003}\u{a0}".to_owned(), ValidationReason::Blank),
        ("x".repeat(256), ValidationReason::TooLong { max: 255 }),
        ("é".repeat(256), ValidationReason::TooLong { max: 255 }),
        ("🎉".repeat(4_000), ValidationReason::TooLong { max: 255 }),
        ("\0".to_owned(), control(0)),
        ("a\0".to_owned(), control(1)),
        ("é\nb".to_owned(), control(1)),
        ("tab\t".to_owned(), control(3)),
        ("\u{1b}[31m".to_owned(), control(0)),
        ("del\u{7f}".to_owned(), control(3)),
        ("c1\u{85}".to_owned(), control(2)),
    ]
}

/// Texts that must be stored byte for byte. No two are equal.
pub fn hostile_texts() -> Vec<String> {
    let mut texts: Vec<String> = [
        // Case and blanks.
        "x",
        "X",
        "x ",
        " x",
        "x  ",
        "x\u{a0}",
        "x\u{3000}",
        // Composed and combining accents, and characters that collations consider equal.
        "é",
        "e\u{301}",
        "e",
        "É",
        "ß",
        "ss",
        "ẞ",
        "ﬁ",
        "fi",
        "İ",
        "i",
        "ı",
        "I",
        "Å",
        "A\u{30a}",
        "\u{212b}",
        "ａ",
        "①",
        "1",
        "ー",
        "-",
        "ひ",
        "ヒ",
        // Outside of the basic multilingual plane, and the boundary values of `char`.
        "🎉",
        "🎉🎉",
        "👨‍👩‍👧",
        "𝒳",
        "\u{d7ff}",
        "\u{e000}",
        "\u{fffd}",
        "\u{ffff}",
        "\u{10000}",
        "\u{10ffff}",
        // Invisible, but neither white space nor control characters.
        "\u{200b}",
        "\u{feff}x",
        "\u{202e}x",
        "x\u{200d}",
        // Special to LIKE, quoting, escaping, parameter placeholders or JSON.
        "%",
        "_",
        "a%",
        "a_",
        "\\",
        "\\\\",
        "\\%",
        "\\n",
        "\\0",
        "\\u0041",
        "'",
        "''",
        "\"",
        "\"\"",
        "`",
        "x'; DROP TABLE tasks; --",
        "?",
        "??",
        "$1",
        ":id",
        "@p",
        "{}",
        "[]",
        "{\"a\":1}",
        "null",
        "NULL",
        "true",
        "0",
        "00",
        "0x41",
        "1e1",
        "#",
        "--",
        "/*",
        "*/",
        ";",
        "<&>",
        "x\u{2028}",
    ]
    .map(str::to_owned)
    .into();
    // At or near the maximum length, in the widest characters, with differences only at the end.
    texts.push("🎉".repeat(255));
    texts.push("🎉".repeat(254) + "🎊");
    texts.push("🎉".repeat(254));
    texts.push("y".repeat(254) + " ");
    texts.push("y".repeat(254));
    texts
}
