//! A QR code as inline SVG: black on white in every colour scheme, one path, no `data:` address.
use qrcodegen::{QrCode, QrCodeEcc};
use std::fmt::Write;

/// The quiet zone that readers need, in modules (ISO/IEC 18004).
const QUIET: i32 = 4;

/// The `<path>`'s data and the side of the square, both in modules; nothing if the text is too long for any QR code.
pub fn path(text: &str) -> Option<(String, i32)> {
    let code = QrCode::encode_text(text, QrCodeEcc::Medium).ok()?;
    let mut d = String::new();
    for y in 0..code.size() {
        let mut x = 0;
        while x < code.size() {
            let start = x;
            while x < code.size() && code.get_module(x, y) {
                x += 1;
            }
            if x > start {
                let (at, run) = (start + QUIET, x - start);
                write!(d, "M{at} {}h{run}v1h-{run}z", y + QUIET).ok()?;
            }
            x += 1;
        }
    }
    Some((d, code.size() + 2 * QUIET))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
mod tests {
    use super::*;

    #[test]
    fn the_path_draws_exactly_the_dark_modules() {
        let text = "otpauth://totp/Riverside%20Physio:sam@riverside.example?secret=JBSWY3DPEHPK3PXP";
        let (d, side) = path(text).unwrap();
        let code = QrCode::encode_text(text, QrCodeEcc::Medium).unwrap();
        let dark = (0..code.size()).flat_map(|y| (0..code.size()).map(move |x| (x, y)));
        let dark = dark.filter(|(x, y)| code.get_module(*x, *y)).count();
        let drawn: usize = d
            .split('M')
            .skip(1)
            .map(|run| run.split_once('h').unwrap().1.split_once('v').unwrap().0.parse::<usize>().unwrap())
            .sum();
        assert_eq!(drawn, dark);
        assert_eq!(side, code.size() + 8);
    }

    #[test]
    fn a_text_that_no_code_can_hold_is_nothing() {
        assert!(path(&"x".repeat(3000)).is_none());
    }
}
