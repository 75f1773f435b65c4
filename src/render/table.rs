//! Lines with aligned columns.

use anstyle::Style;
use unicode_width::UnicodeWidthStr;

use super::style::styled;

/// Cells of one line, each in its style.
pub(super) type Line<const N: usize> = [(Style, String); N];

/// Writes lines with their columns aligned, but for the last one, and two spaces between.
pub(super) fn write<const N: usize>(out: &mut String, indent: &str, lines: &[Line<N>]) {
    /// A column does not grow beyond this for one long name; that line then stands out.
    const WIDEST: usize = 60;
    let mut widths = [0; N];
    for line in lines {
        for (width, (_, cell)) in widths.iter_mut().zip(line) {
            *width = cell.width().min(WIDEST).max(*width);
        }
    }
    for line in lines {
        let last = line.iter().rposition(|(_, cell)| !cell.is_empty()).unwrap_or(0);
        out.push_str(indent);
        for (at, ((style, cell), width)) in line.iter().zip(widths).enumerate().take(last + 1) {
            out.push_str(&styled(*style, cell).to_string());
            if at < last {
                let missing = width.saturating_sub(cell.width()) + 2;
                out.extend(std::iter::repeat_n(' ', if width == 0 { 0 } else { missing }));
            }
        }
        out.push('\n');
    }
}
