//! Measuring in turns: the contenders alternate within each round, so that other load on the machine
//! affects all of them equally.

use crate::implementation::Failure;
use std::time::Duration;

/// An implementation that takes turns. The baseline has two, whose difference is the spread.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Contender {
    Ours,
    Raw,
    Plain,
    RawAgain,
    PlainAgain,
}

/// The implementation that the crate is compared with.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Baseline {
    Raw,
    Plain,
}

/// A row of the result. `ours`, `raw` and `plain` are operations per second.
#[derive(Clone)]
pub(crate) struct Row {
    pub(crate) backend: &'static str,
    pub(crate) operation: String,
    pub(crate) ours: Option<f64>,
    pub(crate) raw: Option<f64>,
    pub(crate) plain: Option<f64>,
    pub(crate) ratio: f64,
    /// The relative difference between the two measurements of the baseline.
    pub(crate) spread: f64,
    pub(crate) target: Option<f64>,
}

impl Row {
    pub(crate) fn is_met(&self) -> Option<bool> {
        self.target.map(|target| self.ratio >= target - self.spread)
    }
}

/// The seconds of each contender in each round.
pub(crate) struct Times {
    order: Vec<Contender>,
    seconds: Vec<Vec<f64>>,
}

impl Times {
    /// Measures rounds, in each of which the contenders have a turn in order and one in reverse order.
    pub(crate) async fn take(
        order: &[Contender],
        rounds: usize,
        mut turn: impl AsyncFnMut(Contender) -> Result<Duration, Failure>,
    ) -> Result<Self, Failure> {
        let mut seconds = vec![Vec::new(); order.len()];
        for _ in 0..rounds {
            let mut round = vec![0.0; order.len()];
            for index in (0..order.len()).chain((0..order.len()).rev()) {
                round[index] += turn(order[index]).await?.as_secs_f64() / 2.0;
            }
            for (all, time) in seconds.iter_mut().zip(round) {
                all.push(time);
            }
        }
        Ok(Self { order: order.to_vec(), seconds })
    }

    fn of(&self, who: Contender) -> Option<&[f64]> {
        let index = self.order.iter().position(|contender| *contender == who)?;
        Some(&self.seconds[index])
    }

    /// How many times faster one contender is than the other: the median of all rounds.
    pub(crate) fn ratio(&self, one: Contender, other: Contender) -> f64 {
        let (Some(one), Some(other)) = (self.of(one), self.of(other)) else { return f64::NAN };
        median(one.iter().zip(other).map(|(one, other)| other / one).collect())
    }

    /// Operations per second, if each turn makes `times` operations.
    pub(crate) fn rate(&self, who: Contender, times: f64) -> Option<f64> {
        Some(times / median(self.of(who)?.to_vec()))
    }

    /// The ratio of the crate to the baseline, and the spread.
    pub(crate) fn against(&self, baseline: Baseline) -> (f64, f64) {
        let (first, again) = match baseline {
            Baseline::Raw => (Contender::Raw, Contender::RawAgain),
            Baseline::Plain => (Contender::Plain, Contender::PlainAgain),
        };
        // The average for both turns of the baseline, so that the order does not matter.
        let ratios = [self.ratio(Contender::Ours, first), self.ratio(Contender::Ours, again)];
        (ratios.iter().sum::<f64>() / 2.0, (self.ratio(first, again) - 1.0).abs())
    }
}

pub(crate) fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    match values.len() {
        0 => f64::NAN,
        odd if odd % 2 == 1 => values[middle],
        _ => (values[middle - 1] + values[middle]) / 2.0,
    }
}

/// The number of operations that fill a turn, measured with increasing numbers.
pub(crate) async fn calibrate(
    turn: Duration,
    mut run: impl AsyncFnMut(usize) -> Result<Duration, Failure>,
) -> Result<usize, Failure> {
    let mut number = 4;
    loop {
        let took = run(number).await?;
        if took >= turn / 2 || number >= 1 << 16 {
            let each = took.as_secs_f64() / number as f64;
            let fitting = turn.as_secs_f64() / each.max(1e-9);
            return Ok((fitting as usize).clamp(4, 1 << 16));
        }
        number *= 2;
    }
}
