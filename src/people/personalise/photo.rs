//! 顔写真: JPEG 2000, grey, in the JP2 form, 378 × 472, as the 券面事項確認AP of a test card holds it (spec/jpki-card.md §2.6, [B]).
//!
//! The faces are drawn (`scripts/faces.py`) and nobody's. There are a few, chosen by age and sex as the card was issued.

use super::printed::Printed;

/// Below this age the face is a child's.
const GROWN: i16 = 13;
/// From this age on it is an elder's.
const ELDER: i16 = 65;

const CHILD: &[u8] = include_bytes!("data/face-child.jp2");
const WOMAN: &[u8] = include_bytes!("data/face-woman.jp2");
const MAN: &[u8] = include_bytes!("data/face-man.jp2");
const ELDER_WOMAN: &[u8] = include_bytes!("data/face-elder-woman.jp2");
const ELDER_MAN: &[u8] = include_bytes!("data/face-elder-man.jp2");

/// The photo for this card.
pub(super) fn photo(printed: &Printed) -> &'static [u8] {
    let is_man = printed.sex == "1";
    match printed.age() {
        ..GROWN => CHILD,
        ELDER.. if is_man => ELDER_MAN,
        ELDER.. => ELDER_WOMAN,
        _ if is_man => MAN,
        _ => WOMAN,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_photo_is_a_small_grey_picture_that_a_decoder_opens() {
        for photo in [CHILD, WOMAN, MAN, ELDER_WOMAN, ELDER_MAN] {
            assert!((1700..2000).contains(&photo.len()), "{} bytes", photo.len());
            assert_eq!(photo[4..8], *b"jP  ");
            let image = hayro_jpeg2000::Image::new(photo, &hayro_jpeg2000::DecodeSettings::default()).unwrap();
            assert_eq!((image.width(), image.height()), (378, 472));
            let dots = image.decode().unwrap();
            assert_eq!(dots.len(), 378 * 472, "one component");
            // A background, and a face darker than it in the middle.
            assert!(dots[0] > 220 && dots[236 * 378 + 189] < 220);
        }
    }
}
