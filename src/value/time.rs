//! Times as every database keeps them: UTC, whole microseconds, years 1 to 9999.

use super::{Invalid, InvalidReason};
use chrono::{DateTime, Datelike, SubsecRound, TimeDelta, Utc};

/// The present, in whole microseconds.
pub(crate) fn now() -> DateTime<Utc> {
    floor(Utc::now())
}

/// The last whole microsecond that is not after `time`.
pub(crate) fn floor(time: DateTime<Utc>) -> DateTime<Utc> {
    time.trunc_subsecs(6)
}

/// The first whole microsecond that is not before `time`.
pub(crate) fn ceil(time: DateTime<Utc>) -> DateTime<Utc> {
    let whole = floor(time);
    if whole == time {
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
