#!/usr/bin/env python3
"""Draws the sample digits of the bundled model: white strokes on black, no data set involved.

    draw-digits.py OUT_FOLDER

Each digit is a few smooth curves through hand-placed points (x to the right, y down, from 0 to 1).
Writes 0.png … 9.png of 140x140 grey pixels.
"""
import pathlib
import sys

from PIL import Image, ImageDraw

SIZE = 140
DETAIL = 4  # drawn this much larger, then reduced, for smooth edges
STROKE = 0.075

DIGITS = {
    0: [[(.55, .17), (.35, .25), (.27, .52), (.36, .79), (.54, .83), (.70, .66), (.71, .38),
         (.55, .17)]],
    1: [[(.40, .33), (.54, .18)], [(.54, .18), (.51, .50), (.48, .83)]],
    2: [[(.31, .33), (.42, .19), (.60, .20), (.66, .36), (.54, .55), (.32, .80)],
        [(.32, .80), (.52, .77), (.73, .80)]],
    3: [[(.33, .24), (.50, .17), (.66, .28), (.58, .44), (.45, .48)],
        [(.45, .48), (.64, .53), (.68, .69), (.53, .83), (.33, .78)]],
    4: [[(.43, .18), (.36, .40), (.29, .56)], [(.29, .56), (.50, .56), (.75, .54)],
        [(.62, .24), (.60, .55), (.57, .84)]],
    5: [[(.68, .19), (.53, .19), (.38, .21)], [(.38, .21), (.35, .33), (.34, .45)],
        [(.34, .45), (.52, .42), (.67, .55), (.62, .76), (.45, .83), (.29, .76)]],
    6: [[(.62, .17), (.44, .30), (.33, .55), (.36, .76), (.52, .84), (.66, .73), (.62, .57),
         (.47, .54), (.36, .68)]],
    7: [[(.29, .23), (.50, .22), (.71, .20)], [(.71, .20), (.58, .46), (.45, .84)]],
    8: [[(.63, .25), (.49, .17), (.36, .26), (.42, .42), (.58, .54), (.67, .69), (.54, .84),
         (.37, .77), (.38, .61), (.55, .47), (.65, .35), (.63, .25)]],
    9: [[(.66, .32), (.54, .19), (.38, .26), (.36, .42), (.50, .49), (.64, .40), (.67, .30)],
        [(.67, .30), (.65, .55), (.57, .84)]],
}


def curve(points, steps=16):
    """Points on the Catmull-Rom curve through `points`."""
    padded = [points[0], *points, points[-1]]
    path = []
    for a, b, c, d in zip(padded, padded[1:], padded[2:], padded[3:]):
        for step in range(steps + 1):
            t = step / steps
            path.append(tuple(
                0.5 * (2 * q + (r - p) * t + (2 * p - 5 * q + 4 * r - s) * t**2
                       + (3 * q - p - 3 * r + s) * t**3)
                for p, q, r, s in zip(a, b, c, d)))
    return path


def drawn(strokes):
    """The picture of a digit: a round pen along every curve."""
    side = SIZE * DETAIL
    image = Image.new("L", (side, side))
    pen = ImageDraw.Draw(image)
    radius = STROKE * side / 2
    for stroke in strokes:
        for x, y in curve(stroke):
            x, y = x * side, y * side
            pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill=255)
    return image.resize((SIZE, SIZE), Image.Resampling.BOX)


def main(folder):
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    for digit, strokes in DIGITS.items():
        drawn(strokes).save(folder / f"{digit}.png", optimize=True)


if __name__ == "__main__":
    main(sys.argv[1])
