//! What distinguishes the curves of policies: colour, dashes and marker.

use plotters::style::RGBColor;

use super::page::{INK, Mark, PAPER, Page, Point};

/// How the curve of a policy looks.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Look {
    pub(super) colour: RGBColor,
    pub(super) dash: &'static [f64],
    marker: usize,
    pub(super) thick: f64,
    /// The index of the policy; 0 for the baseline.
    pub(super) place: usize,
}

/// Colours after Okabe and Ito, with the light ones darkened for contrast with white. No two neighbours differ only by
/// red against green.
const COLOURS: [RGBColor; 7] = [
    RGBColor(0, 114, 178),
    RGBColor(213, 94, 0),
    RGBColor(0, 135, 100),
    RGBColor(176, 70, 135),
    RGBColor(178, 124, 0),
    RGBColor(45, 150, 210),
    RGBColor(110, 85, 60),
];
const DASHES: [&[f64]; 5] = [&[], &[9.0, 3.0], &[3.0, 2.5], &[12.0, 3.0, 3.0, 3.0], &[6.0, 2.5, 2.0, 2.5, 2.0, 2.5]];
/// Markers other than the baseline's.
const MARKERS: usize = 8;

impl Look {
    /// 7, 5 and 8 have no common divisors, so no two of the first 40 share both dash and marker.
    pub(super) fn of(place: usize) -> Self {
        if place == 0 {
            return Self { colour: INK, dash: &[], marker: 0, thick: 3.2, place };
        }
        let n = place - 1;
        Self { colour: COLOURS[n % 7], dash: DASHES[n % 5], marker: 1 + n % MARKERS, thick: 1.9, place }
    }

    /// Draws the marker, with a background-coloured rim that separates it from the lines beneath.
    pub(super) fn mark(self, page: &mut Page, centre: Point) {
        let (x, y) = centre;
        let ring = |r: f64, turn: f64, corners: usize| -> Vec<Point> {
            (0..corners)
                .map(|i| {
                    let angle = std::f64::consts::TAU * (i as f64 / corners as f64) + turn;
                    (x + r * libm::sin(angle), y - r * libm::cos(angle))
                })
                .collect()
        };
        let polygon = |page: &mut Page, points: Vec<Point>, colour| page.marks.push(Mark::Polygon { points, colour });
        let circle = |page: &mut Page, radius, colour| page.marks.push(Mark::Circle { centre, radius, colour });
        let (c, quarter) = (self.colour, std::f64::consts::FRAC_PI_4);
        let square = |r: f64| ring(r * std::f64::consts::SQRT_2, quarter, 4);
        match self.marker {
            0 => {
                circle(page, 5.2, PAPER);
                circle(page, 4.2, c);
            }
            1 => {
                polygon(page, square(4.9), PAPER);
                polygon(page, square(3.8), c);
            }
            2 => {
                polygon(page, ring(6.8, 0.0, 3), PAPER);
                polygon(page, ring(5.2, 0.0, 3), c);
            }
            3 => {
                circle(page, 5.4, PAPER);
                circle(page, 4.6, c);
                circle(page, 2.6, PAPER);
            }
            4 => {
                polygon(page, ring(6.4, 0.0, 4), PAPER);
                polygon(page, ring(5.2, 0.0, 4), c);
            }
            5 => {
                for (colour, thick, r) in [(PAPER, 4.4, 4.8), (c, 2.2, 4.2)] {
                    page.line(vec![(x - r, y - r), (x + r, y + r)], thick, &[], colour);
                    page.line(vec![(x - r, y + r), (x + r, y - r)], thick, &[], colour);
                }
            }
            6 => {
                polygon(page, square(5.0), PAPER);
                polygon(page, square(4.2), c);
                polygon(page, square(2.2), PAPER);
            }
            7 => {
                polygon(page, ring(6.8, 4.0 * quarter, 3), PAPER);
                polygon(page, ring(5.2, 4.0 * quarter, 3), c);
            }
            _ => {
                for (colour, thick, r) in [(PAPER, 4.6, 5.8), (c, 2.3, 5.0)] {
                    page.line(vec![(x - r, y), (x + r, y)], thick, &[], colour);
                    page.line(vec![(x, y - r), (x, y + r)], thick, &[], colour);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn looks_differ_without_colour() {
        let looks: Vec<Look> = (0..40).map(Look::of).collect();
        for (i, a) in looks.iter().enumerate() {
            assert!(looks[..i].iter().all(|b| (a.dash, a.marker) != (b.dash, b.marker)), "{i}");
        }
    }
}
