//! The ratios as a bar chart, with a tick at each target.

use crate::measure::Row;
use svg::Document;
use svg::node::element::{Line, Rectangle, Text};

const WIDTH: f64 = 900.0;
/// Space for the longest label, left of the origin.
const MARGIN: f64 = 40.0;
const LEFT: f64 = 400.0;
const LINE: f64 = 18.0;
const TOP: f64 = 56.0;
/// The ratio at the right edge. Longer bars are cut off; their label has the actual ratio.
const MAX_RATIO: f64 = 2.0;

pub(crate) fn draw(rows: &[Row], machine: &str) -> String {
    let height = TOP + rows.len() as f64 * LINE + 16.0;
    let scale = (WIDTH - LEFT - 60.0) / MAX_RATIO;
    let mut chart = Document::new()
        .set("viewBox", (-MARGIN, 0, MARGIN + WIDTH, height))
        .set("font-family", "sans-serif")
        .set("font-size", 12)
        .add(
            Rectangle::new()
                .set("x", -MARGIN)
                .set("width", MARGIN + WIDTH)
                .set("height", height)
                .set("fill", "#ffffff"),
        )
        .add(
            label(12.0, 20.0, "game-tasks: rate relative to raw sqlx (or to the named baseline)")
                .set("font-size", 15),
        )
        .add(label(12.0, 38.0, machine).set("fill", "#666666"));
    for tenth in [0.5, 1.0, 1.5, 2.0] {
        let x = LEFT + tenth * scale;
        chart = chart
            .add(
                Line::new()
                    .set("x1", x)
                    .set("x2", x)
                    .set("y1", TOP)
                    .set("y2", height - 12.0)
                    .set("stroke", if tenth == 1.0 { "#888888" } else { "#dddddd" }),
            )
            .add(label(x - 8.0, TOP - 4.0, &format!("{tenth:.1}")).set("fill", "#666666"));
    }
    for (index, row) in rows.iter().enumerate() {
        let y = TOP + index as f64 * LINE;
        let color = match row.is_met() {
            Some(true) => "#4a90a4",
            Some(false) => "#c8553d",
            None => "#b0b0b0",
        };
        let end = LEFT + row.ratio.clamp(0.0, MAX_RATIO) * scale;
        let operation = format!("{}: {}", row.backend, row.operation);
        chart = chart
            .add(label(LEFT - 8.0, y + 13.0, &operation).set("text-anchor", "end"))
            .add(
                Rectangle::new()
                    .set("x", LEFT)
                    .set("y", y + 3.0)
                    .set("width", end - LEFT)
                    .set("height", LINE - 6.0)
                    .set("fill", color),
            )
            .add(label(end + 6.0, y + 13.0, &format!("{:.2}", row.ratio)));
        if let Some(target) = row.target {
            let x = LEFT + target.min(MAX_RATIO) * scale;
            chart = chart.add(
                Line::new()
                    .set("x1", x)
                    .set("x2", x)
                    .set("y1", y + 1.0)
                    .set("y2", y + LINE - 1.0)
                    .set("stroke", "#222222")
                    .set("stroke-width", 2),
            );
        }
    }
    chart.to_string()
}

fn label(x: f64, y: f64, text: &str) -> Text {
    Text::new(text).set("x", x).set("y", y)
}
