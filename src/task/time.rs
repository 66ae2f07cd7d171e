//! Times as every database keeps them: UTC, whole microseconds, years 1 to 9999.

use crate::task::{ValidationError, ValidationReason};
use chrono::{DateTime, Datelike, TimeDelta, Utc};

/// The present, in whole microseconds.
pub(crate) fn now() -> DateTime<Utc> {
    floor(Utc::now())
}

/// The last whole microsecond that is not after `time`. A leap second is the second after it, as
/// in POSIX time and PostgreSQL's: databases have none, and each driver would send another time.
pub(crate) fn floor(time: DateTime<Utc>) -> DateTime<Utc> {
    DateTime::from_timestamp_micros(time.timestamp_micros()).unwrap_or(time)
}

/// The first whole microsecond that is not before `time`.
pub(crate) fn ceil(time: DateTime<Utc>) -> DateTime<Utc> {
    let whole = floor(time);
    if time.timestamp_subsec_nanos().is_multiple_of(1_000) {
        return whole;
    }
    whole.checked_add_signed(MICROSECOND).unwrap_or(whole)
}

/// The least by which `updated_at` grows.
pub(crate) const MICROSECOND: TimeDelta = TimeDelta::microseconds(1);

/// When a row counts as changed that was last changed at `before`: clocks may go back,
/// `updated_at` does not.
pub(crate) fn next_updated_at(now: DateTime<Utc>, before: DateTime<Utc>) -> DateTime<Utc> {
    before.checked_add_signed(MICROSECOND).map_or(now, |grown| grown.max(now))
}

/// Refuses a time that not every database can hold or compare.
pub(crate) fn check(field: &'static str, time: DateTime<Utc>) -> Result<(), ValidationError> {
    // The last second of 9999 is left out: rounding up must not leave the range.
    let fits = time.year() >= 1 && time.timestamp() < 253_402_300_799;
    if fits { Ok(()) } else { Err(ValidationError::new(field, ValidationReason::OutOfRange)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[allow(clippy::unwrap_used, reason = "a test that panics has failed, as it should")]
    fn utc(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn the_years_1_to_9999_pass_save_the_last_second() {
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
    fn times_are_rounded_to_whole_microseconds() {
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
    fn a_change_is_later_than_the_one_before() {
        let (early, late) = (utc("2026-01-01T00:00:00Z"), utc("2026-01-01T00:00:01Z"));
        assert_eq!(next_updated_at(late, early), late);
        assert_eq!(next_updated_at(early, late), late + MICROSECOND);
        assert_eq!(next_updated_at(late, late), late + MICROSECOND);
        assert_eq!(next_updated_at(late, DateTime::<Utc>::MAX_UTC), late);
    }
}
