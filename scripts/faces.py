#!/usr/bin/python3
"""Draws the faces that the software cards carry, src/people/personalise/data/face-*.jp2, anew.

    apt-get install libopenjp2-tools
    python3 scripts/faces.py

Nobody is shown: ellipses and curves, in the form of a real card's photo (378 x 472, grey, JPEG 2000 of less than two kilobytes). The same
version of OpenJPEG gives the same bytes.
"""

import pathlib
import subprocess
import tempfile

WIDTH, HEIGHT = 378, 472
BACKGROUND, SKIN, SHADE, LINE, SHIRT = 236, 206, 176, 70, 120
# The compression that leaves about 1850 bytes, as the photo of a test card has.
RATE = 96
TARGET = pathlib.Path(__file__).parent.parent / "src/people/personalise/data"


def ellipse(cx, cy, rx, ry):
    return lambda x, y: ((x - cx) / rx) ** 2 + ((y - cy) / ry) ** 2 <= 1


def both(shape, other):
    return lambda x, y: shape(x, y) and other(x, y)


def without(shape, other):
    return lambda x, y: shape(x, y) and not other(x, y)


def above(limit):
    return lambda x, y: y < limit


def below(limit):
    return lambda x, y: y > limit


def mirrored(shape):
    """The same on both sides of the middle."""
    return lambda x, y: shape(x, y) or shape(WIDTH - x, y)


def face(width, length, hair, style, glasses=False, lines=False, eyes=9):
    """Layers from back to front: a shape and its tone."""
    cx, cy = WIDTH / 2, 228
    head = ellipse(cx, cy, width, length)
    layers = []
    if style == "long":
        layers.append((both(ellipse(cx, cy + 20, width + 34, length + 62), above(cy + 150)), hair))
    layers += [
        (ellipse(cx, 520, 172, 138), SHIRT),
        (both(ellipse(cx, cy + length + 4, 42, 62), below(cy)), SHADE),
        (mirrored(ellipse(cx - width, cy + 10, 14, 26)), SHADE),
        (head, SKIN),
    ]
    crown = ellipse(cx, cy - 28, width + 16, length + 8)
    if style in ("short", "long"):
        layers.append((without(both(crown, above(cy - 4)), ellipse(cx, cy + 30, width - 14, length - 30)), hair))
    elif style == "thin":
        fringe = without(both(ellipse(cx, cy - 8, width + 12, length + 6), above(cy + 6)), ellipse(cx, cy - 18, width - 10, length + 10))
        layers.append((fringe, hair))
    elif style == "tuft":
        layers.append((both(ellipse(cx, cy - length + 6, 46, 26), above(cy - length + 22)), hair))
    eye_y, apart = cy + 6, width * 0.42
    layers += [
        (mirrored(ellipse(cx - apart, eye_y, eyes + 3, eyes)), LINE),
        (mirrored(without(ellipse(cx - apart, eye_y - 24, 24, 12), ellipse(cx - apart, eye_y - 18, 25, 12))), hair),
        (without(ellipse(cx, cy + 46, 13, 9), ellipse(cx, cy + 42, 13, 9)), LINE),
        (without(ellipse(cx, cy + length * 0.55, 34, 18), ellipse(cx, cy + length * 0.55 - 8, 36, 18)), LINE),
    ]
    if glasses:
        layers.append((mirrored(without(ellipse(cx - apart, eye_y, 33, 27), ellipse(cx - apart, eye_y, 29, 23))), LINE))
        layers.append((both(ellipse(cx, eye_y, 14, 4), above(eye_y + 4)), LINE))
    if lines:
        fold = without(ellipse(cx - 46, cy + 58, 22, 34), ellipse(cx - 50, cy + 58, 22, 34))
        layers.append((mirrored(both(fold, below(cy + 36))), SHADE))
    return layers


FACES = {
    "child": face(92, 104, 60, "tuft", eyes=12),
    "woman": face(88, 116, 50, "long"),
    "man": face(94, 120, 45, "short"),
    "elder-woman": face(88, 114, 150, "long", glasses=True, lines=True, eyes=8),
    "elder-man": face(92, 120, 160, "thin", glasses=True, lines=True, eyes=8),
}


def tone(layers, x, y):
    return next((grey for shape, grey in reversed(layers) if shape(x, y)), BACKGROUND)


def draw(layers):
    """Grey values, each the mean of four samples."""
    samples = [(0.25, 0.25), (0.75, 0.25), (0.25, 0.75), (0.75, 0.75)]
    return bytes(
        sum(tone(layers, x + dx, y + dy) for dx, dy in samples) // 4 for y in range(HEIGHT) for x in range(WIDTH)
    )


def main():
    TARGET.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        for name, layers in FACES.items():
            drawn = pathlib.Path(folder, f"{name}.pgm")
            drawn.write_bytes(b"P5\n%d %d\n255\n" % (WIDTH, HEIGHT) + draw(layers))
            target = TARGET / f"face-{name}.jp2"
            subprocess.run(["opj_compress", "-i", drawn, "-o", target, "-r", str(RATE)], check=True, stdout=subprocess.DEVNULL)
            print(target, target.stat().st_size, "bytes")


main()
