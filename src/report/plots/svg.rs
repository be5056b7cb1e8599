//! A page as an SVG document, with a title and a description for readers who cannot see it.

use std::fmt::Write as _;

use plotters::backend::{DrawingBackend, SVGBackend};

use super::draw::{failed, unit_point, units};
use super::error::PlotError;
use super::page::{Mark, Page, WIDTH};

impl Page {
    /// The document.
    pub(super) fn svg(&self) -> Result<String, PlotError> {
        let mut raw = String::new();
        let mut dashes: Vec<&[f64]> = self
            .marks
            .iter()
            .filter_map(|mark| match mark {
                Mark::Line { dash, .. } => Some(*dash),
                _ => None,
            })
            .collect();
        dashes.reverse();
        {
            let mut backend = SVGBackend::with_string(&mut raw, self.size());
            self.draw(&mut backend, 0.76, |backend, points, _, style| {
                backend.draw_path(points.iter().map(|&point| unit_point(point)), &style).map_err(failed)
            })?;
        }
        // Replace the backend's root element by one with the page's size, a role and a description. Give each line its
        // dashes: the backend writes one `polyline` per line, in drawing order. Text in the picture has `<` escaped.
        let body = raw.split_once('\n').map_or("", |(_, body)| body);
        let (w, h) = self.size();
        let mut out = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{WIDTH}\" height=\"{}\" viewBox=\"0 0 {w} {h}\" \
             role=\"img\" stroke-linejoin=\"round\">\n<title>{}</title>\n<desc>{}</desc>\n",
            self.height,
            xml(&self.title),
            xml(&self.description),
        );
        let mut parts = body.split("<polyline ");
        out.push_str(parts.next().unwrap_or(""));
        for part in parts {
            out.push_str("<polyline ");
            if let Some(dash) = dashes.pop().filter(|dash| !dash.is_empty()) {
                let dash: Vec<String> = dash.iter().map(|&length| units(length).to_string()).collect();
                let _ = write!(out, "stroke-dasharray=\"{}\" ", dash.join(" "));
            }
            out.push_str(part);
        }
        Ok(out)
    }
}

fn xml(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::super::examples::{many, plot};
    use super::super::time_series::lay_out;
    use super::*;

    #[test]
    fn each_line_gets_its_own_dashes() {
        let all = many(8, 30, |i| format!("p{i}"));
        let page = lay_out(&plot(&all, &all)).unwrap();
        let dashed =
            page.marks.iter().filter(|mark| matches!(mark, Mark::Line { dash, .. } if !dash.is_empty())).count();
        let svg = page.svg().unwrap();
        assert!(dashed > 0);
        assert_eq!(svg.matches("<polyline stroke-dasharray=\"").count(), dashed);
        let lines = page.marks.iter().filter(|mark| matches!(mark, Mark::Line { .. })).count();
        assert_eq!(svg.matches("<polyline ").count(), lines);
    }
}
