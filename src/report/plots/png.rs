//! A page as a PNG, at two pixels to a pixel of the page.

use plotters::backend::{BitMapBackend, DrawingBackend};

use super::draw::{failed, unit_point};
use super::error::PlotError;
use super::font::PER_EM;
use super::page::{Page, Point};

/// Units to a pixel of a PNG, in each direction. A pixel is the mean of its units, which smooths edges.
const SAMPLES: usize = 2;

impl Page {
    /// The bytes of the file.
    pub(super) fn png(&self) -> Result<Vec<u8>, PlotError> {
        let (w, h) = self.size();
        let mut fine = vec![255_u8; w as usize * h as usize * 3];
        {
            let mut backend = BitMapBackend::with_buffer(&mut fine, (w, h));
            // plotters places the baseline of text half the text size below the top of its box.
            self.draw(&mut backend, PER_EM / 2.0, |backend, points, dash, style| {
                for run in dashed(points, dash) {
                    for (i, pair) in run.windows(2).enumerate() {
                        let (from, to) = (unit_point(pair[0]), unit_point(pair[1]));
                        backend.draw_line(from, to, &style).map_err(failed)?;
                        if i > 0 && style.stroke_width > 4 {
                            backend.draw_circle(from, style.stroke_width / 2, &style, true).map_err(failed)?;
                        }
                    }
                }
                Ok(())
            })?;
        }
        let (w, h) = (w as usize / SAMPLES, h as usize / SAMPLES);
        let mut pixels = Vec::with_capacity(w * h * 3);
        let row = w * SAMPLES * 3;
        for rows in fine.chunks_exact(row * SAMPLES) {
            let (upper, lower) = rows.split_at(row);
            for (above, below) in upper.chunks_exact(3 * SAMPLES).zip(lower.chunks_exact(3 * SAMPLES)) {
                for channel in 0..3 {
                    let units = [above[channel], above[channel + 3], below[channel], below[channel + 3]];
                    let sum: u32 = units.into_iter().map(u32::from).sum();
                    pixels.push(((sum + 2) / 4) as u8);
                }
            }
        }
        drop(fine);
        encoded(w as u32, h as u32, &pixels).map_err(failed)
    }
}

/// Encodes RGB pixels of one byte a channel as a PNG, in memory.
fn encoded(width: u32, height: u32, pixels: &[u8]) -> Result<Vec<u8>, png::EncodingError> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, width, height);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    let mut writer = encoder.write_header()?;
    writer.write_image_data(pixels)?;
    writer.finish()?;
    Ok(bytes)
}

/// Cuts a line into its dashes.
fn dashed(points: &[Point], dash: &[f64]) -> Vec<Vec<Point>> {
    if dash.is_empty() {
        return vec![points.to_vec()];
    }
    let (mut runs, mut run) = (Vec::new(), Vec::new());
    let (mut turn, mut left) = (0, dash[0]);
    run.extend(points.first());
    for pair in points.windows(2) {
        let (mut from, to) = (pair[0], pair[1]);
        loop {
            let (dx, dy) = (to.0 - from.0, to.1 - from.1);
            let length = libm::hypot(dx, dy);
            if length <= left {
                left -= length;
                if turn % 2 == 0 {
                    run.push(to);
                }
                break;
            }
            from = (from.0 + dx * left / length, from.1 + dy * left / length);
            run.push(from);
            if turn % 2 == 0 {
                runs.push(std::mem::take(&mut run));
            }
            turn += 1;
            left = dash[turn % dash.len()];
        }
    }
    if run.len() > 1 {
        runs.push(run);
    }
    runs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dashes_have_their_lengths() {
        let runs = dashed(&[(0.0, 0.0), (10.0, 0.0), (10.0, 10.0)], &[4.0, 2.0]);
        assert_eq!(runs[0], [(0.0, 0.0), (4.0, 0.0)]);
        assert_eq!(runs[1], [(6.0, 0.0), (10.0, 0.0), (10.0, 0.0)]);
        assert_eq!(runs[2], [(10.0, 2.0), (10.0, 6.0)]);
        assert_eq!(runs.len(), 4);
        assert_eq!(dashed(&[(0.0, 0.0), (1.0, 1.0)], &[]).len(), 1);
        assert!(dashed(&[], &[1.0, 1.0]).is_empty());
    }
}
