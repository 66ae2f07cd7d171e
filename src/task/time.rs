//! Times as every database stores them: UTC, whole microseconds, years 1 to 9999.

use crate::task::{ValidationError, ValidationReason};
use chrono::{DateTime, Datelike, SubsecRound, TimeDelta, Utc};

/// The current time in whole microseconds.
pub(crate) fn now() -> DateTime<Utc> {
    Utc::now().trunc_subsecs(6)
}

/// Rounds down to a whole microsecond. A leap second becomes the second after it, as in POSIX time
/// and PostgreSQL: databases have none, and each driver would send a different time.
pub(crate) fn floor(time: DateTime<Utc>) -> DateTime<Utc> {
    DateTime::from_timestamp_micros(time.timestamp_micros()).unwrap_or(time)
}

/// Rounds up to a whole microsecond.
pub(crate) fn ceil(time: DateTime<Utc>) -> DateTime<Utc> {
    let whole = floor(time);
    if time.timestamp_subsec_nanos().is_multiple_of(1_000) {
        return whole;
    }
    whole.checked_add_signed(MICROSECOND).unwrap_or(whole)
}

/// The minimum increase of `updated_at`.
pub(crate) const MICROSECOND: TimeDelta = TimeDelta::microseconds(1);

/// The new `updated_at` of a row whose current one is `stored`. It increases even if the clock is
/// set back.
pub(crate) fn next_updated_at(now: DateTime<Utc>, stored: DateTime<Utc>) -> DateTime<Utc> {
    stored.checked_add_signed(MICROSECOND).map_or(now, |next| next.max(now))
}

/// Refuses a time that some database cannot store or compare.
pub(crate) fn check(field: &'static str, time: DateTime<Utc>) -> Result<(), ValidationError> {
    // Without the last second of 9999, so that rounding up stays in the range.
    let fits = time.year() >= 1 && time.timestamp() < 253_402_300_799;
    if fits { Ok(()) } else { Err(ValidationError::new(field, ValidationReason::OutOfRange)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[allow(clippy::unwrap_used, reason = "a test")]
    fn utc(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn only_the_years_1_to_9999_without_the_last_second_are_valid() {
        let first = utc("0001-01-01T00:00:00Z");
        let last = utc("9999-12-31T23:59:58.999999999Z");
        for time in [first, last] {
            assert_eq!(check("f", time), Ok(()), "{time}");
        }
        let refused = Err(ValidationError::new("f", ValidationReason::OutOfRange));
        for time in [
            DateTime::<Utc>::MIN_UTC,
            first - TimeDelta::nanoseconds(1),
            last + TimeDelta::nanoseconds(1),
            DateTime::<Utc>::MAX_UTC,
        ] {
            assert_eq!(check("f", time), refused, "{time}");
        }
    }

    #[test]
    fn floor_and_ceil_round_to_whole_microseconds() {
        let (below, between, above) = (
            utc("1969-12-31T23:59:59.000001Z"),
            utc("1969-12-31T23:59:59.000001001Z"),
            utc("1969-12-31T23:59:59.000002Z"),
        );
        for (time, down, up) in [(below, below, below), (between, below, above)] {
            assert_eq!((floor(time), ceil(time)), (down, up), "{time}");
        }
        let last = DateTime::<Utc>::MAX_UTC;
        assert_eq!(floor(last), ceil(last));
    }

    #[test]
    fn the_next_updated_at_is_greater_than_the_stored_one() {
        let (early, late) = (utc("2026-01-01T00:00:00Z"), utc("2026-01-01T00:00:01Z"));
        assert_eq!(next_updated_at(late, early), late);
        assert_eq!(next_updated_at(early, late), late + MICROSECOND);
        assert_eq!(next_updated_at(late, late), late + MICROSECOND);
        assert_eq!(next_updated_at(late, DateTime::<Utc>::MAX_UTC), late);
    }
}
