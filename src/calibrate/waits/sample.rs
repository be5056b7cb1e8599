//! Waits as likelihoods need them: what ended in a sending, and what is only known to have taken longer.

use super::file::{Ended, Wait};

/// The most different lengths of waits by which a law is fitted.
pub const MOST_LENGTHS: usize = 1_000;

/// Days, and how many waits were that long.
pub type Counted = (f64, f64);

/// Observed waits, equal ones together, in order.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Sample {
    /// 6.23s that were sent at once.
    pub at_once: f64,
    /// Days of waits above 0 that ended in a sending, and how many.
    pub sent: Vec<Counted>,
    /// Days above 0 after which a wait had not ended in a sending, and how many.
    pub censored: Vec<Counted>,
    /// Waits that were observed for no time and say nothing.
    pub unobserved: f64,
    /// How many waits ended in each way.
    pub ends: [usize; 4],
}

/// A step of a Kaplan–Meier curve.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize)]
pub struct Survival {
    /// Days.
    pub days: f64,
    /// The estimated probability that a wait takes longer.
    pub probability: f64,
    /// Waits that are observed for longer than this.
    pub at_risk: f64,
}

impl Sample {
    /// Of some waits. Those that were returned, superseded or open are censored.
    pub fn of(waits: &[Wait]) -> Self {
        let mut sample = Self::default();
        let mut sorted: Vec<&Wait> = waits.iter().collect();
        sorted.sort_by(|a, b| a.days.total_cmp(&b.days));
        for Wait { days, ended } in sorted {
            sample.ends[*ended as usize] += 1;
            match (*ended == Ended::Sent, *days > 0.0) {
                (true, false) => sample.at_once += 1.0,
                (false, false) => sample.unobserved += 1.0,
                (true, true) => add(&mut sample.sent, *days),
                (false, true) => add(&mut sample.censored, *days),
            }
        }
        sample
    }

    /// The same with waits of nearly equal length as one length, where there are many: at most [`MOST_LENGTHS`] that
    /// ended in a sending and as many others. A fit takes time in proportion to them.
    pub fn grouped(&self) -> Self {
        Self { sent: grouped(&self.sent), censored: grouped(&self.censored), ..self.clone() }
    }

    /// How many ended in a sending, at once or later.
    pub fn events(&self) -> f64 {
        self.at_once + total(&self.sent)
    }

    /// How many are known to have waited, or to have been sent at once.
    pub fn observed(&self) -> f64 {
        self.events() + total(&self.censored)
    }

    /// The Kaplan–Meier estimate at some days (Kaplan and Meier 1958). A wait that is censored on a day is at risk on
    /// that day.
    pub fn kaplan_meier(&self, days: &[f64]) -> Vec<Survival> {
        let beyond = |of: &[Counted], day: f64| -> f64 {
            of[of.partition_point(|(d, _)| *d <= day)..].iter().map(|(_, n)| n).sum()
        };
        let all = self.observed();
        let at = |day: f64| {
            let mut probability = if all > 0.0 { 1.0 - self.at_once / all } else { f64::NAN };
            let mut at_risk = total(&self.sent) + total(&self.censored);
            let mut censored = self.censored.iter().peekable();
            for (of_day, ended) in self.sent.iter().take_while(|(of_day, _)| *of_day <= day) {
                while let Some((_, left)) = censored.next_if(|(left, _)| left < of_day) {
                    at_risk -= left;
                }
                probability *= 1.0 - ended / at_risk;
                at_risk -= ended;
            }
            Survival { days: day, probability, at_risk: beyond(&self.sent, day) + beyond(&self.censored, day) }
        };
        days.iter().map(|day| at(*day)).collect()
    }
}

/// Groups of equal width in the logarithm of days, each at the mean of its logarithms.
fn grouped(waits: &[Counted]) -> Vec<Counted> {
    let (Some((first, _)), Some((last, _))) = (waits.first(), waits.last()) else { return Vec::new() };
    if waits.len() <= MOST_LENGTHS {
        return waits.to_vec();
    }
    let (low, high) = (libm::log(*first), libm::log(*last));
    let place = |days: f64| ((libm::log(days) - low) / (high - low) * MOST_LENGTHS as f64) as usize;
    let groups = waits.chunk_by(|a, b| place(a.0).min(MOST_LENGTHS - 1) == place(b.0).min(MOST_LENGTHS - 1));
    let one = |group: &[Counted]| {
        let n = total(group);
        (libm::exp(group.iter().map(|(days, n)| n * libm::log(*days)).sum::<f64>() / n), n)
    };
    groups.map(one).collect()
}

fn add(to: &mut Vec<Counted>, days: f64) {
    match to.last_mut() {
        Some((last, n)) if *last == days => *n += 1.0,
        _ => to.push((days, 1.0)),
    }
}

pub(super) fn total(of: &[Counted]) -> f64 {
    of.iter().map(|(_, n)| n).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn waits(sent: &[f64], open: &[f64]) -> Vec<Wait> {
        let of = |days: &[f64], ended| days.iter().map(|days| Wait { days: *days, ended }).collect::<Vec<_>>();
        [of(sent, Ended::Sent), of(open, Ended::Open)].concat()
    }

    #[test]
    fn kaplan_meier_of_the_remission_times_of_6_mp() {
        // Freireich and others 1963, as in Kleinbaum and Klein, "Survival analysis": 0.857 after 6 weeks, 0.807 after
        // 7, 0.753 after 10, 0.690 after 13, 0.627 after 16, 0.538 after 22 and 0.448 after 23.
        let sent = [6.0, 6.0, 6.0, 7.0, 10.0, 13.0, 16.0, 22.0, 23.0];
        let open = [6.0, 9.0, 10.0, 11.0, 17.0, 19.0, 20.0, 25.0, 32.0, 32.0, 34.0, 35.0];
        let curve = Sample::of(&waits(&sent, &open)).kaplan_meier(&[5.0, 6.0, 7.0, 10.0, 13.0, 16.0, 22.0, 23.0, 30.0]);
        let rounded: Vec<f64> = curve.iter().map(|s| (s.probability * 1e3).round() / 1e3).collect();
        assert_eq!(rounded, [1.0, 0.857, 0.807, 0.753, 0.690, 0.627, 0.538, 0.448, 0.448]);
        assert_eq!((curve[0].at_risk, curve[8].at_risk), (21.0, 4.0));
    }

    #[test]
    fn many_lengths_are_grouped_and_few_are_not() {
        let few = Sample::of(&waits(&[1.0, 2.0, 2.0], &[3.0]));
        assert_eq!(few.grouped(), few);
        let days: Vec<f64> = (1..=30_000).map(f64::from).collect();
        let many = Sample::of(&waits(&days, &[]));
        let grouped = many.grouped();
        let logs = |sample: &Sample| sample.sent.iter().map(|(days, n)| n * libm::log(*days)).sum::<f64>();
        assert!(grouped.sent.len() <= MOST_LENGTHS && total(&grouped.sent) == 30_000.0, "{}", grouped.sent.len());
        assert!((logs(&grouped) / logs(&many) - 1.0).abs() < 1e-9);
    }

    #[test]
    fn waits_of_no_length_are_sent_at_once_or_say_nothing() {
        let sample = Sample::of(&waits(&[0.0, 0.0, 3.0], &[0.0, 3.0]));
        assert_eq!((sample.at_once, sample.unobserved, sample.observed()), (2.0, 1.0, 4.0));
        // Half are sent at once; of the two that wait one is sent on day 3.
        let curve = sample.kaplan_meier(&[0.0, 3.0]);
        assert_eq!([curve[0].probability, curve[1].probability], [0.5, 0.25]);
        assert_eq!(sample.ends, [3, 0, 0, 2]);
    }
}
