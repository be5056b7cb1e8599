//! The ticks of an axis and their labels: round values from 0 up, and dates.

use jiff::ToSpan;
use jiff::civil::Date;

use super::figures::long_date;
use super::font::width;
use crate::text::number::with_decimals;

/// An axis that starts at 0.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Scale {
    /// Value at its end.
    top: f64,
    step: f64,
    decimals: usize,
    /// The number of steps that fit.
    n: usize,
}

impl Scale {
    /// The position of a value along the axis, from 0 to 1.
    pub(super) fn share(self, value: f64) -> f64 {
        value / self.top
    }

    /// The distance of its ticks.
    pub(super) fn step(self) -> f64 {
        self.step
    }

    /// The values of the ticks, with their labels.
    pub(super) fn ticks(self) -> impl Iterator<Item = (f64, String)> {
        (0..=self.n).map(move |i| {
            let value = self.step * i as f64;
            (value, with_decimals(value, self.decimals))
        })
    }
}

/// The highest of some non-negative values; 0 if there are none.
pub(super) fn highest<'a>(values: impl IntoIterator<Item = &'a f64>) -> f64 {
    values.into_iter().fold(0.0, |top: f64, &value| top.max(value))
}

/// Whether all values are counts. If so, the axis has ticks at whole numbers only.
pub(super) fn whole<'a>(values: impl IntoIterator<Item = &'a f64>) -> bool {
    values.into_iter().all(|value| value.fract() == 0.0)
}

/// The finest round step (1, 2 or 5 times a power of ten) with at most `most` steps up to `top`. For counts the step is
/// at least 1.
pub(super) fn scale(top: f64, most: usize, counts: bool) -> Scale {
    if top <= 0.0 {
        return Scale { top: 1.0, step: 1.0, decimals: 0, n: 1 };
    }
    let top = top.max(1e-9);
    let most = most.max(1);
    for exponent in if counts { 0 } else { -10 }..=16_i32 {
        for factor in [1.0, 2.0, 5.0] {
            let step = factor * libm::pow(10.0, f64::from(exponent));
            let n = (top / step + 1e-9).floor();
            if n <= most as f64 {
                return Scale { top, step, decimals: usize::try_from(-exponent).unwrap_or(0), n: n as usize };
            }
        }
    }
    Scale { top, step: top, decimals: 0, n: 1 }
}

/// The days to label on the date axis, with their labels. No two labels are too close together.
pub(super) fn dates(first: Date, days: usize, room: f64) -> (Vec<(usize, String)>, &'static str) {
    let date = |day: usize| first.checked_add((day as i64).days()).ok();
    let gap = |text: &str| width(text, 11.5, false) + 14.0;
    let per_day = if days > 1 { room / (days - 1) as f64 } else { room };
    // Up to ten weeks, single days are labelled, in steps of whole days or weeks.
    if days <= 70 {
        let wide = gap("30 May 2018");
        let step = [1, 2, 7, 14, 28].into_iter().find(|&step| step as f64 * per_day >= wide).unwrap_or(28);
        let ticks = (0..days).step_by(step).filter_map(|day| Some((day, long_date(date(day)?)))).collect();
        return (ticks, "day");
    }
    let wide = gap("May 2018");
    let step = [1, 2, 3, 6, 12].into_iter().find(|&step| f64::from(step) * 28.0 * per_day >= wide).unwrap_or(12);
    let of_step = |date: &Date| date.day() == 1 && (i32::from(date.month()) - 1) % step == 0;
    let ticks = (0..days)
        .filter_map(|day| date(day).filter(of_step).map(|date| (day, date.strftime("%b %Y").to_string())))
        .collect();
    (ticks, "ticks at the first of the month")
}

#[cfg(test)]
mod tests {
    use super::super::font::fonts;
    use super::*;

    #[test]
    fn axes_are_round() {
        assert_eq!(scale(0.0, 6, false), Scale { top: 1.0, step: 1.0, decimals: 0, n: 1 });
        assert_eq!(scale(83_000.0, 6, true), Scale { top: 83_000.0, step: 20_000.0, decimals: 0, n: 4 });
        assert_eq!(scale(1.0, 6, false), Scale { top: 1.0, step: 0.2, decimals: 1, n: 5 });
        for top in [1e-12, 1e-3, 0.7, 1.0, 9.99, 10.0, 123.0, 1e15] {
            let scale = scale(top, 6, false);
            assert!((1..=6).contains(&scale.n) && scale.step * scale.n as f64 <= scale.top * 1.000_001, "{top}");
        }
    }

    #[test]
    fn counts_have_no_ticks_between_whole_numbers() {
        for top in [1.0, 1.02, 2.04, 3.06, 5.1] {
            let ticks: Vec<String> = scale(top, 6, true).ticks().map(|(_, text)| text).collect();
            let expected: Vec<String> = (0..=top as usize).map(|n| n.to_string()).collect();
            assert_eq!(ticks, expected);
        }
        assert!(whole(&[0.0, 3.0]) && !whole(&[0.5]));
    }

    #[test]
    fn dates_are_named() {
        fonts().unwrap();
        let first = jiff::civil::date(2018, 6, 1);
        let (ticks, _) = dates(first, 234, 780.0);
        assert_eq!(ticks[0], (0, "Jun 2018".to_owned()));
        assert_eq!(ticks[7], (214, "Jan 2019".to_owned()));
        assert_eq!(dates(first, 1, 780.0).0, [(0, "1 Jun 2018".to_owned())]);
        assert!(dates(first, 0, 780.0).0.is_empty());
    }
}
