//! The ratios as a picture: one bar each, and a tick where its target is.

use crate::measure::Row;
use svg::Document;
use svg::node::element::{Line, Rectangle, Text};

const WIDTH: f64 = 900.0;
/// Space for the longest label, left of the origin.
const MARGIN: f64 = 40.0;
const LEFT: f64 = 400.0;
const LINE: f64 = 18.0;
const TOP: f64 = 56.0;
/// The ratio at the right edge; a longer bar is cut there, and its figure says so.
const MOST: f64 = 2.0;

pub(crate) fn draw(rows: &[Row], machine: &str) -> String {
    let height = TOP + rows.len() as f64 * LINE + 16.0;
    let scale = (WIDTH - LEFT - 60.0) / MOST;
    let mut picture = Document::new()
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
            words(12.0, 20.0, "game-tasks: rate to raw sqlx's (or what is named)")
                .set("font-size", 15),
        )
        .add(words(12.0, 38.0, machine).set("fill", "#666666"));
    for tenth in [0.5, 1.0, 1.5, 2.0] {
        let x = LEFT + tenth * scale;
        picture = picture
            .add(
                Line::new()
                    .set("x1", x)
                    .set("x2", x)
                    .set("y1", TOP)
                    .set("y2", height - 12.0)
                    .set("stroke", if tenth == 1.0 { "#888888" } else { "#dddddd" }),
            )
            .add(words(x - 8.0, TOP - 4.0, &format!("{tenth:.1}")).set("fill", "#666666"));
    }
    for (place, row) in rows.iter().enumerate() {
        let y = TOP + place as f64 * LINE;
        let color = match row.is_met() {
            Some(true) => "#4a90a4",
            Some(false) => "#c8553d",
            None => "#b0b0b0",
        };
        let end = LEFT + row.ratio.clamp(0.0, MOST) * scale;
        let label = format!("{}: {}", row.backend, row.operation);
        picture = picture
            .add(words(LEFT - 8.0, y + 13.0, &label).set("text-anchor", "end"))
            .add(
                Rectangle::new()
                    .set("x", LEFT)
                    .set("y", y + 3.0)
                    .set("width", end - LEFT)
                    .set("height", LINE - 6.0)
                    .set("fill", color),
            )
            .add(words(end + 6.0, y + 13.0, &format!("{:.2}", row.ratio)));
        if let Some(target) = row.target {
            let x = LEFT + target.min(MOST) * scale;
            picture = picture.add(
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
    picture.to_string()
}

fn words(x: f64, y: f64, words: &str) -> Text {
    Text::new(words).set("x", x).set("y", y)
}
