//! Draws on one SVG: the only file that knows the drawing crate.
//!
//! Coordinates are logical pixels; inside, everything is four times as large, because the
//! backend draws on whole pixels.

use plotters::coord::Shift;
use plotters::prelude::{
    Circle, DrawingArea, FontFamily, FontStyle, IntoDrawingArea, IntoFont, PathElement, Polygon,
    RGBColor, Rectangle, SVGBackend, ShapeStyle, Text,
};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{Color, IntoTextStyle};

/// A colour by its red, green and blue parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Ink(pub(crate) u8, pub(crate) u8, pub(crate) u8);

/// Palette of Okabe and Ito, safe for colour-blind readers, with tints for bands.
pub(crate) mod ink {
    use super::Ink;
    pub(crate) const TEXT: Ink = Ink(0x22, 0x2B, 0x36);
    pub(crate) const MUTED: Ink = Ink(0x5B, 0x67, 0x75);
    pub(crate) const GRID: Ink = Ink(0xE3, 0xE7, 0xEC);
    pub(crate) const STRIPE: Ink = Ink(0xF6, 0xF8, 0xFA);
    pub(crate) const ZERO: Ink = Ink(0x3A, 0x44, 0x50);
    pub(crate) const BLUE: Ink = Ink(0x00, 0x72, 0xB2);
    pub(crate) const SKY: Ink = Ink(0x56, 0xB4, 0xE9);
    pub(crate) const GREEN: Ink = Ink(0x00, 0x9E, 0x73);
    pub(crate) const ORANGE: Ink = Ink(0xE6, 0x9F, 0x00);
    pub(crate) const VERMILLION: Ink = Ink(0xD5, 0x5E, 0x00);
    pub(crate) const PURPLE: Ink = Ink(0xCC, 0x79, 0xA7);
    pub(crate) const YELLOW: Ink = Ink(0xF0, 0xE4, 0x42);
    pub(crate) const BLUE_50: Ink = Ink(0x7F, 0xB8, 0xD8);
    pub(crate) const BLUE_80: Ink = Ink(0xB2, 0xD5, 0xE8);
    pub(crate) const BLUE_95: Ink = Ink(0xDD, 0xEC, 0xF5);
    pub(crate) const LIGHT_ORANGE: Ink = Ink(0xF2, 0xBE, 0x8C);
    pub(crate) const LIGHT_BLUE: Ink = Ink(0x9C, 0xCB, 0xE6);
    pub(crate) const WHITE: Ink = Ink(0xFF, 0xFF, 0xFF);
}

/// Where a text stands relative to its point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Align {
    Left,
    Middle,
    Right,
}

/// Inner pixels a logical pixel.
const FINE: f64 = 4.0;
/// Fonts tried in order, the last two for Chinese on any system.
const FONTS: &str = "Helvetica Neue, Arial, Noto Sans CJK SC, Source Han Sans SC, PingFang SC, \
                     Microsoft YaHei, sans-serif";
/// The backend divides font sizes by this number.
const BACKEND_FONT_FACTOR: f64 = 1.24;
/// Why drawing is not checked.
const INFALLIBLE: &str = "drawing into a string cannot fail";

/// A surface to draw one figure on.
pub(crate) struct Canvas<'a> {
    area: DrawingArea<SVGBackend<'a>, Shift>,
}

fn fine(value: f64) -> i32 {
    (value * FINE).round() as i32
}

fn colour(ink: Ink) -> RGBColor {
    RGBColor(ink.0, ink.1, ink.2)
}

/// Draws a figure and gives its SVG; `title` is what a screen reader says.
pub(crate) fn figure(
    width: f64,
    height: f64,
    title: &str,
    draw: impl FnOnce(&Canvas<'_>),
) -> String {
    let mut inner = String::new();
    {
        let size = (fine(width) as u32, fine(height) as u32);
        let canvas = Canvas {
            area: SVGBackend::with_string(&mut inner, size).into_drawing_area(),
        };
        draw(&canvas);
        canvas.area.present().expect(INFALLIBLE);
    }
    let body = inner.split_once('\n').map_or("", |(_, body)| body);
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width:.0}\" height=\"{height:.0}\" \
         viewBox=\"0 0 {} {}\" role=\"img\">\n<title>{}</title>\n{body}",
        fine(width),
        fine(height),
        escape(title),
    )
}

/// Text with the five characters of markup escaped.
pub(crate) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '&' => escaped.push_str("&amp;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
    }
    escaped
}

impl Canvas<'_> {
    fn stroke(ink: Ink, width: f64) -> ShapeStyle {
        colour(ink).stroke_width(fine(width).max(1) as u32)
    }

    /// A filled rectangle.
    pub(crate) fn rect(&self, x: f64, y: f64, width: f64, height: f64, ink: Ink) {
        let corners = [(fine(x), fine(y)), (fine(x + width), fine(y + height))];
        self.area
            .draw(&Rectangle::new(corners, colour(ink).filled()))
            .expect(INFALLIBLE);
    }

    /// A straight line.
    pub(crate) fn line(&self, from: (f64, f64), to: (f64, f64), ink: Ink, width: f64) {
        self.path(&[from, to], ink, width);
    }

    /// A line through points.
    pub(crate) fn path(&self, points: &[(f64, f64)], ink: Ink, width: f64) {
        let points: Vec<(i32, i32)> = points.iter().map(|&(x, y)| (fine(x), fine(y))).collect();
        self.area
            .draw(&PathElement::new(points, Self::stroke(ink, width)))
            .expect(INFALLIBLE);
    }

    /// A filled polygon.
    pub(crate) fn polygon(&self, points: &[(f64, f64)], ink: Ink) {
        let points: Vec<(i32, i32)> = points.iter().map(|&(x, y)| (fine(x), fine(y))).collect();
        self.area
            .draw(&Polygon::new(points, colour(ink).filled()))
            .expect(INFALLIBLE);
    }

    /// A filled circle.
    pub(crate) fn circle(&self, x: f64, y: f64, radius: f64, ink: Ink) {
        self.area
            .draw(&Circle::new(
                (fine(x), fine(y)),
                fine(radius),
                colour(ink).filled(),
            ))
            .expect(INFALLIBLE);
    }

    /// A diamond with a white edge, the mark of a mean.
    pub(crate) fn diamond(&self, x: f64, y: f64, radius: f64, ink: Ink) {
        for (size, ink) in [(radius + 1.2, ink::WHITE), (radius, ink)] {
            self.polygon(
                &[(x - size, y), (x, y - size), (x + size, y), (x, y + size)],
                ink,
            );
        }
    }

    /// A line of text, centred upright on `y`.
    pub(crate) fn text(&self, x: f64, y: f64, text: &str, size: f64, ink: Ink, align: Align) {
        self.write(x, y, text, size, ink, align, FontStyle::Normal);
    }

    /// As [`Canvas::text`], bold.
    pub(crate) fn bold(&self, x: f64, y: f64, text: &str, size: f64, ink: Ink, align: Align) {
        self.write(x, y, text, size, ink, align, FontStyle::Bold);
    }

    #[allow(clippy::too_many_arguments)]
    fn write(
        &self,
        x: f64,
        y: f64,
        text: &str,
        size: f64,
        ink: Ink,
        align: Align,
        weight: FontStyle,
    ) {
        let anchor = match align {
            Align::Left => HPos::Left,
            Align::Middle => HPos::Center,
            Align::Right => HPos::Right,
        };
        let tone = colour(ink);
        let style = (FontFamily::Name(FONTS), size * FINE * BACKEND_FONT_FACTOR)
            .into_font()
            .style(weight)
            .into_text_style(&self.area)
            .color(&tone)
            .pos(Pos::new(anchor, VPos::Center));
        self.area
            .draw(&Text::new(text.to_owned(), (fine(x), fine(y)), style))
            .expect(INFALLIBLE);
    }

    /// Lines of wrapped text, the block centred upright on `y`.
    #[allow(clippy::too_many_arguments)]
    pub(crate) fn paragraph(
        &self,
        x: f64,
        y: f64,
        text: &str,
        size: f64,
        ink: Ink,
        align: Align,
        width: f64,
        lines: usize,
    ) {
        let lines = wrap(text, width, size, lines);
        let height = size * 1.18;
        let first = y - 0.5 * height * (lines.len() as f64 - 1.0);
        for (index, line) in lines.iter().enumerate() {
            self.text(x, first + height * index as f64, line, size, ink, align);
        }
    }
}

/// Estimated width of a text in a common sans-serif font \[logical pixels\].
pub(crate) fn text_width(text: &str, size: f64) -> f64 {
    let ems: f64 = text
        .chars()
        .map(|character| match character {
            '\u{2e80}'..='\u{ffef}' => 1.0,
            'i' | 'j' | 'l' | 'f' | 't' | 'r' | 'I' | '.' | ',' | ':' | ';' | '|' | '\'' | ' '
            | '(' | ')' | '[' | ']' | '/' | '-' => 0.33,
            'm' | 'w' | 'M' | 'W' | '%' => 0.86,
            'A'..='Z' | '&' | '+' | '−' | '=' | '<' | '>' | '…' => 0.68,
            _ => 0.55,
        })
        .sum();
    ems * size
}

/// Breaks a text into at most `most` lines of `width`; what does not fit ends in an ellipsis.
pub(crate) fn wrap(text: &str, width: f64, size: f64, most: usize) -> Vec<String> {
    let mut pieces: Vec<String> = Vec::new();
    for character in text.chars() {
        let breakable = character as u32 >= 0x2e80 && !"，。、；：）》”！？".contains(character);
        match pieces.last_mut() {
            Some(piece) if !breakable && !piece.ends_with([' ', '-', '/']) => piece.push(character),
            _ => pieces.push(character.to_string()),
        }
    }
    let mut lines = vec![String::new()];
    for piece in pieces {
        let last = lines.len() - 1;
        let joined = format!("{}{}", lines[last], piece);
        if !lines[last].is_empty() && text_width(joined.trim_end(), size) > width {
            lines.push(piece);
        } else {
            lines[last] = joined;
        }
    }
    for line in &mut lines {
        *line = line.trim_end().to_owned();
    }
    if lines.len() > most {
        lines.truncate(most);
        if let Some(last) = lines.last_mut() {
            last.push('…');
        }
    }
    for line in &mut lines {
        if text_width(line, size) > width {
            let mut cut = line.trim_end_matches('…').to_owned();
            while !cut.is_empty() && text_width(&cut, size) + 0.68 * size > width {
                cut.pop();
            }
            *line = format!("{}…", cut.trim_end());
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wraps_words_and_characters_and_cuts_the_rest() {
        assert_eq!(wrap("short", 100.0, 10.0, 2), vec!["short"]);
        let lines = wrap(
            "extend the super-deduction to all firms of the country",
            90.0,
            10.0,
            2,
        );
        assert_eq!(lines.len(), 2);
        assert!(lines[1].ends_with('…'));
        assert!(lines.iter().all(|line| text_width(line, 10.0) <= 90.0));
        let lines = wrap("科技成果转化先使用后付费", 60.0, 10.0, 3);
        assert_eq!(lines, vec!["科技成果转化", "先使用后付费"]);
    }

    #[test]
    fn a_figure_is_escaped_and_closed() {
        let svg = figure(100.0, 50.0, "a < b & c", |canvas| {
            canvas.text(10.0, 10.0, "x < y & z", 10.0, ink::TEXT, Align::Left);
        });
        assert!(svg.contains("<title>a &lt; b &amp; c</title>"));
        assert!(svg.contains("x &lt; y &amp; z"));
        assert!(svg.trim_end().ends_with("</svg>"));
    }
}
