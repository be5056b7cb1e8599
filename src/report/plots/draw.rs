//! Draws a page with a backend of `plotters`.

use plotters::backend::DrawingBackend;
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{Color, RGBColor, ShapeStyle, TextStyle};

use super::error::PlotError;
use super::font::font;
use super::page::{Anchor, Mark, PAPER, Page, Point, WIDTH};

/// Units to a pixel of the page. `plotters` draws at whole coordinates.
const UNITS: f64 = 4.0;

/// Pixels of the page in units.
pub(super) fn units(value: f64) -> i32 {
    (value * UNITS).round() as i32
}

/// A point of the page in units.
pub(super) fn unit_point((x, y): Point) -> (i32, i32) {
    (units(x), units(y))
}

fn shape(colour: RGBColor, thick: f64) -> ShapeStyle {
    ShapeStyle { color: colour.to_rgba(), filled: true, stroke_width: units(thick).max(1).unsigned_abs() }
}

/// Converts an error of the drawing library.
pub(super) fn failed(error: impl std::fmt::Display) -> PlotError {
    PlotError::Drawing(error.to_string())
}

impl Page {
    /// Width and height in units.
    pub(super) fn size(&self) -> (u32, u32) {
        (units(WIDTH).unsigned_abs(), units(self.height).unsigned_abs())
    }

    /// Draws everything except lines, which the backends draw differently.
    pub(super) fn draw<B: DrawingBackend>(
        &self,
        backend: &mut B,
        baseline: f64,
        mut line: impl FnMut(&mut B, &[Point], &[f64], ShapeStyle) -> Result<(), PlotError>,
    ) -> Result<(), PlotError> {
        let (w, h) = self.size();
        let all = (w as i32, h as i32);
        backend.draw_rect((0, 0), all, &shape(PAPER, 1.0), true).map_err(failed)?;
        for mark in &self.marks {
            match mark {
                Mark::Rect { from, to, colour } => {
                    backend
                        .draw_rect(unit_point(*from), unit_point(*to), &shape(*colour, 1.0), true)
                        .map_err(failed)?;
                }
                Mark::Polygon { points, colour } => {
                    let points = points.iter().map(|&point| unit_point(point));
                    backend.fill_polygon(points, &shape(*colour, 1.0)).map_err(failed)?;
                }
                Mark::Circle { centre, radius, colour } => {
                    let radius = units(*radius).unsigned_abs();
                    backend.draw_circle(unit_point(*centre), radius, &shape(*colour, 1.0), true).map_err(failed)?;
                }
                Mark::Line { points, thick, dash, colour } => line(backend, points, dash, shape(*colour, *thick))?,
                Mark::Text { at, text, em, bold, anchor, colour } => {
                    let h_pos = match anchor {
                        Anchor::Left => HPos::Left,
                        Anchor::Middle => HPos::Center,
                        Anchor::Right => HPos::Right,
                    };
                    let style = TextStyle::from(font(em * UNITS, *bold)).color(colour).pos(Pos::new(h_pos, VPos::Top));
                    let at = (at.0, at.1 - em * baseline);
                    backend.draw_text(text, &style, unit_point(at)).map_err(failed)?;
                }
            }
        }
        backend.present().map_err(failed)
    }
}
