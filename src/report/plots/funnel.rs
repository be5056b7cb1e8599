//! The picture of the number left at each stage: bars by policy, and a description in words.

use std::fmt::Write as _;

use plotters::style::RGBColor;

use super::FunnelPlot;
use super::axis::{highest, scale, whole};
use super::error::PlotError;
use super::font::{fonts, width};
use super::groups::groups;
use super::limits::{MAX_POLICIES, MAX_STAGES, at_most, check};
use super::page::{AXIS, Anchor, ENTRY, ENTRY_LINE, GREY, INK, MARGIN, PAPER, Page, RULE, WIDTH};
use super::text::{clipped, fitted, listed, wrapped};
use crate::text::number::{number, percent};

const BAR: f64 = 10.0;
const BAR_LINE: f64 = 14.0;

/// The colours of the stages. They differ in lightness, so that the stages also differ in greyscale. Each bar is also
/// labelled with its name.
const STAGES: [RGBColor; 4] =
    [RGBColor(27, 58, 92), RGBColor(60, 125, 176), RGBColor(228, 146, 60), RGBColor(160, 48, 32)];

/// Lays out the bars.
pub(super) fn lay_out(plot: &FunnelPlot<'_>) -> Result<Page, PlotError> {
    fonts()?;
    at_most("stages", plot.stages.len(), MAX_STAGES)?;
    at_most("policies", plot.policies.len(), MAX_POLICIES)?;
    for (name, values) in plot.policies {
        check(name, values, plot.stages.len())?;
    }
    let (mut page, mut y) = Page::new(plot.title, plot.subtitle);
    if plot.stages.is_empty() || plot.policies.is_empty() {
        page.text((WIDTH / 2.0, y + 60.0), "no data", 14.0, false, Anchor::Middle, GREY);
        page.height = (y + 120.0).ceil();
        page.description = "Bars by policy and stage; there are no data.".to_owned();
        return Ok(page);
    }

    let names_right = MARGIN + 250.0;
    let stages: Vec<String> = plot.stages.iter().map(|stage| fitted(stage, ENTRY, false, 110.0)).collect();
    let widest = stages.iter().fold(0.0, |wide: f64, stage| wide.max(width(stage, ENTRY, false)));
    let left = names_right + 18.0 + widest + 8.0;
    let labels: Vec<Vec<String>> = plot
        .policies
        .iter()
        .map(|(_, values)| {
            let of = values.first().copied().unwrap_or(0.0);
            let label = |(i, &value): (usize, &f64)| match percent(value, of) {
                share if i > 0 && !share.is_empty() => format!("{} ({share})", number(value)),
                _ => number(value),
            };
            values.iter().enumerate().map(label).collect()
        })
        .collect();
    let label_room = labels.iter().flatten().fold(0.0, |wide: f64, label| wide.max(width(label, ENTRY, false))) + 6.0;
    let right = WIDTH - MARGIN - label_room;
    let top_value = highest(plot.policies.iter().flat_map(|(_, values)| values));
    // As many steps as there is space for their numbers.
    let wide = width(&number(top_value.ceil()), 11.5, false).max(24.0) + 26.0;
    let scale = scale(
        top_value,
        (((right - left) / wide) as usize).clamp(1, 8),
        whole(plot.policies.iter().flat_map(|(_, values)| values)),
    );
    let at_value = |value: f64| left + (right - left) * scale.share(value);

    let found = groups(plot.policies.iter().map(|(name, values)| (name.as_str(), values.as_slice())));
    let texts: Vec<(Vec<String>, Vec<String>)> = found
        .iter()
        .map(|group| {
            let lead = if group.first == 0 { "no change:" } else { "same counts:" };
            let also = if group.others.is_empty() {
                Vec::new()
            } else {
                listed(lead, &group.others, ENTRY - 0.5, names_right - MARGIN)
            };
            (wrapped(&plot.policies[group.first].0, 12.0, true, names_right - MARGIN, 3), also)
        })
        .collect();
    let height = |(name, also): &(Vec<String>, Vec<String>)| {
        let text = name.len() as f64 * 15.0 + also.len() as f64 * (ENTRY_LINE - 1.0) + 2.0;
        text.max(plot.stages.len() as f64 * BAR_LINE)
    };

    let axis = "bars start at 0; % of the first stage";
    page.text((MARGIN, y + 12.0), axis, ENTRY, false, Anchor::Left, GREY);
    let top = y + 20.0;
    let between = 14.0;
    let bottom = top + texts.iter().map(|text| height(text) + between).sum::<f64>();
    for (value, text) in scale.ticks() {
        let x = at_value(value);
        page.rect((x - 0.5, top), (x + 0.5, bottom), if value == 0.0 { AXIS } else { RULE });
        page.text((x, y + 12.0), text.as_str(), 11.5, false, Anchor::Middle, GREY);
        page.text((x, bottom + 16.0), text, 11.5, false, Anchor::Middle, GREY);
    }

    let mut words = format!("Horizontal bars by policy; stages in order: {}.", stages.join(", "));
    y = top;
    for (group, text) in found.iter().zip(&texts) {
        if y > top {
            page.rect((MARGIN, y - 0.5), (WIDTH - MARGIN, y + 0.5), RULE);
        }
        y += between / 2.0;
        let mut baseline = y + 11.0;
        for line in &text.0 {
            page.text((MARGIN, baseline), line.as_str(), 12.0, true, Anchor::Left, INK);
            baseline += 15.0;
        }
        for line in &text.1 {
            page.text((MARGIN, baseline), line.as_str(), ENTRY - 0.5, false, Anchor::Left, GREY);
            baseline += ENTRY_LINE - 1.0;
        }
        let _ = write!(words, "\n{}: {}", clipped(&plot.policies[group.first].0, 80), labels[group.first].join(" → "));
        if !text.1.is_empty() {
            let _ = write!(words, " ({})", text.1.join(" "));
        }
        words.push('.');
        let (_, values) = &plot.policies[group.first];
        for (i, &value) in values.iter().enumerate() {
            let at = y + i as f64 * BAR_LINE;
            let baseline = at + BAR / 2.0 + 5.0;
            page.text((left - 8.0, baseline), stages[i].as_str(), ENTRY, false, Anchor::Right, GREY);
            if value > 0.0 {
                let end = at_value(value).max(left + 1.0);
                page.rect((left, at + 1.0), (end, at + 1.0 + BAR), STAGES[i % STAGES.len()]);
            }
            let label = labels[group.first][i].as_str();
            let x = at_value(value).max(left + 1.0) + 5.0;
            // The label has a background, so that no grid line runs through it.
            page.rect((x - 2.0, at), (x + width(label, ENTRY, false) + 2.0, at + BAR_LINE - 1.0), PAPER);
            page.text((x, baseline), label, ENTRY, false, Anchor::Left, INK);
        }
        y += height(text) + between / 2.0;
    }
    page.height = (bottom + 21.0 + MARGIN).ceil();
    page.description = words;
    Ok(page)
}
