//! Times as every database keeps them: UTC, whole microseconds, years 1 to 9999.

use super::{Invalid, InvalidReason};
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
pub(crate) fn changed_at(now: DateTime<Utc>, before: DateTime<Utc>) -> DateTime<Utc> {
    before.checked_add_signed(MICROSECOND).map_or(now, |grown| grown.max(now))
}

/// Refuses a time that not every database can hold or compare.
pub(crate) fn check(field: &'static str, time: DateTime<Utc>) -> Result<(), Invalid> {
    // The last second of 9999 is left out: rounding up must not leave the range.
    let fits =
        time.year() >= 1 && time < DateTime::<Utc>::MAX_UTC && time.timestamp() < 253_402_300_799;
    if fits { Ok(()) } else { Err(Invalid::new(field, InvalidReason::OutOfRange)) }
}
