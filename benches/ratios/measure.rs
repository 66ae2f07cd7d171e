//! Turns and rounds: what is compared takes turns, so that what the machine does meanwhile
//! happens to all of it.

use crate::side::Failure;
use std::time::Duration;

/// Who takes turns. The baseline does so twice, to tell how far it is from itself.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Who {
    Ours,
    Raw,
    Plain,
    RawAgain,
    PlainAgain,
}

/// What an operation is held against.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Baseline {
    Raw,
    Plain,
}

/// A line of the result. `ours`, `raw` and `plain` are operations in a second.
#[derive(Clone)]
pub(crate) struct Row {
    pub(crate) backend: &'static str,
    pub(crate) operation: String,
    pub(crate) ours: Option<f64>,
    pub(crate) raw: Option<f64>,
    pub(crate) plain: Option<f64>,
    pub(crate) ratio: f64,
    /// How far the baseline is from itself.
    pub(crate) spread: f64,
    pub(crate) target: Option<f64>,
}

impl Row {
    pub(crate) fn is_met(&self) -> Option<bool> {
        self.target.map(|target| self.ratio >= target - self.spread)
    }
}

/// Seconds by turn: for each who took turns, one entry a round.
pub(crate) struct Times {
    order: Vec<Who>,
    seconds: Vec<Vec<f64>>,
}

impl Times {
    /// Lets them take turns, each round there and back again.
    pub(crate) async fn take(
        order: &[Who],
        rounds: usize,
        mut turn: impl AsyncFnMut(Who) -> Result<Duration, Failure>,
    ) -> Result<Self, Failure> {
        let mut seconds = vec![Vec::new(); order.len()];
        for _ in 0..rounds {
            let mut round = vec![0.0; order.len()];
            for place in (0..order.len()).chain((0..order.len()).rev()) {
                round[place] += turn(order[place]).await?.as_secs_f64() / 2.0;
            }
            for (all, one) in seconds.iter_mut().zip(round) {
                all.push(one);
            }
        }
        Ok(Self { order: order.to_vec(), seconds })
    }

    fn of(&self, who: Who) -> Option<&[f64]> {
        let place = self.order.iter().position(|one| *one == who)?;
        Some(&self.seconds[place])
    }

    /// How much faster the one is than the other: the median of all rounds.
    pub(crate) fn ratio(&self, one: Who, other: Who) -> f64 {
        let (Some(one), Some(other)) = (self.of(one), self.of(other)) else { return f64::NAN };
        median(one.iter().zip(other).map(|(one, other)| other / one).collect())
    }

    /// How often in a second, where a turn does it so many times.
    pub(crate) fn rate(&self, who: Who, times: f64) -> Option<f64> {
        Some(times / median(self.of(who)?.to_vec()))
    }

    /// How many times faster ours is, and how far the baseline is from itself.
    pub(crate) fn against(&self, baseline: Baseline) -> (f64, f64) {
        let (first, again) = match baseline {
            Baseline::Raw => (Who::Raw, Who::RawAgain),
            Baseline::Plain => (Who::Plain, Who::PlainAgain),
        };
        // Between its two turns of each round, so that neither place is favoured.
        let ratios = [self.ratio(Who::Ours, first), self.ratio(Who::Ours, again)];
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

/// How many times fill a turn, judged by ever longer ones.
pub(crate) async fn calibrate(
    turn: Duration,
    mut times: impl AsyncFnMut(usize) -> Result<Duration, Failure>,
) -> Result<usize, Failure> {
    let mut number = 4;
    loop {
        let took = times(number).await?;
        if took >= turn / 2 || number >= 1 << 16 {
            let one = took.as_secs_f64() / number as f64;
            let fitting = turn.as_secs_f64() / one.max(1e-9);
            return Ok((fitting as usize).clamp(4, 1 << 16));
        }
        number *= 2;
    }
}
