//! What comes out: a table or JSON on standard output, and two files.

use crate::chart;
use crate::measure::Row;
use crate::options::Options;
use crate::scale::Scale;
use crate::side::Failure;
use comfy_table::{CellAlignment, Table, presets};
use serde_json::json;
use std::fs;

const HEADINGS: [&str; 8] = [
    "database",
    "operation",
    "ours/s",
    "raw sqlx/s",
    "plain SeaORM/s",
    "ratio",
    "spread",
    "target",
];

pub(crate) fn write(options: &Options, rows: &[Row], machine: &str) -> Result<(), Failure> {
    if options.scale.name == Scale::SMOKE.name {
        println!("{} operations did what they measure; for figures: cargo bench", rows.len());
        return Ok(());
    }
    if options.json {
        for row in rows {
            println!("{}", object(row));
        }
    } else {
        println!("{}\n{}", table(rows, presets::NOTHING), machine);
    }
    fs::create_dir_all(&options.out)?;
    let markdown = format!(
        "# Ratios\n\nWritten by `cargo bench` ({} scale): {machine}. The ratio is this crate's rate \
         divided by raw sqlx's, or by what the operation names. The spread is how far two \
         measurements of the same baseline differ. A target is met (✓) if the ratio plus the \
         spread reaches it.\n\n{}\n",
        options.scale.name,
        table(rows, presets::ASCII_MARKDOWN),
    );
    let files = [("results.md", markdown), ("results.svg", chart::draw(rows, machine))];
    for (name, content) in files {
        let path = options.out.join(name);
        fs::write(&path, content)?;
        eprintln!("wrote {}", path.display());
    }
    Ok(())
}

fn object(row: &Row) -> serde_json::Value {
    json!({
        "backend": row.backend,
        "operation": row.operation,
        "ours": row.ours,
        "raw": row.raw,
        "plain": row.plain,
        "ratio": row.ratio,
        "spread": row.spread,
        "target": row.target,
    })
}

fn table(rows: &[Row], preset: &str) -> Table {
    let mut table = Table::new();
    table.load_preset(preset).set_header(HEADINGS);
    for row in rows {
        let rate = |rate: Option<f64>| rate.map_or_else(String::new, |rate| format!("{rate:.0}"));
        let target = row.target.map_or_else(String::new, |target| {
            let met = if row.is_met() == Some(true) { "✓" } else { "✗" };
            format!("{target:.2} {met}")
        });
        table.add_row([
            row.backend.to_owned(),
            row.operation.clone(),
            rate(row.ours),
            rate(row.raw),
            rate(row.plain),
            format!("{:.3}", row.ratio),
            format!("{:.3}", row.spread),
            target,
        ]);
    }
    for column in table.column_iter_mut().skip(2) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table
}
