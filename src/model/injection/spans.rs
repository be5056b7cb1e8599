//! Times in which something is away.

use crate::engine::time::Instant;

/// A time from its first second to before its second.
pub(super) type Span = (Instant, Instant);

/// Ascending spans that lie apart, and one more; those that overlap or touch it become one with it.
pub(super) fn joined(spans: &[Span], (mut from, mut until): Span) -> Vec<Span> {
    let touches = |span: &&Span| span.0 <= until && from <= span.1;
    let (near, mut apart): (Vec<&Span>, Vec<&Span>) = spans.iter().partition(touches);
    from = near.iter().map(|span| span.0).fold(from, Instant::min);
    until = near.iter().map(|span| span.1).fold(until, Instant::max);
    let new = (from, until);
    apart.push(&new);
    apart.sort();
    apart.into_iter().copied().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spans(of: &[(i64, i64)]) -> Vec<Span> {
        of.iter().map(|(from, until)| (Instant(*from), Instant(*until))).collect()
    }

    #[test]
    fn outages_that_overlap_or_touch_become_one_and_others_stay_apart() {
        let before = spans(&[(0, 10), (20, 30), (40, 50)]);
        assert_eq!(joined(&before, (Instant(12), Instant(18))), spans(&[(0, 10), (12, 18), (20, 30), (40, 50)]));
        assert_eq!(joined(&before, (Instant(10), Instant(20))), spans(&[(0, 30), (40, 50)]));
        assert_eq!(joined(&before, (Instant(25), Instant(60))), spans(&[(0, 10), (20, 60)]));
    }
}
