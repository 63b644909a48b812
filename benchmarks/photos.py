"""A phone's photo in the request: everything that happens before the answer, against decoding the same file once.

A picture of 12 million pixels with the noise of a sensor, as sRGB and as Display P3. Decoding is the least that any server must do
to know that the file is a photo; turning, cleaning, colours, likeness, placeholder and the first sizes come on top.
"""

import io
import time
from collections.abc import Callable

from PIL import Image, ImageChops

from benchmarks.claims import Report, median
from clozette.kernel.images import read_photo
from tests.factories import photos

WIDTH, HEIGHT = 4032, 3024
ROUNDS = 9
MOST_TIMES_DECODING = 8
MOST_CPU_SECONDS = 0.6


def run() -> Report:
    """Measure both profiles, in turns."""
    report = Report()
    picture = _noisy()
    files = {"srgb": _encoded(picture, photos.srgb_profile()), "display-p3": _encoded(picture, photos.display_p3())}
    for name, data in files.items():
        decoding, reading = [], []
        for _ in range(ROUNDS):
            decoding.append(_cpu_seconds(lambda data=data: Image.open(io.BytesIO(data)).load()))
            reading.append(_cpu_seconds(lambda data=data: read_photo(data)))
        report.figures[name] = {"bytes": len(data), "decoding_s": median(decoding), "reading_s": median(reading)}
        report.claim(f"photos.12mp-{name}.times-decoding", median(reading) / median(decoding), MOST_TIMES_DECODING)
        report.claim(f"photos.12mp-{name}.cpu-seconds", median(reading), MOST_CPU_SECONDS)
    return report


def _noisy() -> Image.Image:
    """Return a drawing as a sensor sees it: noise is what makes a photo's file large and its decoding slow."""
    noise = Image.merge("RGB", [Image.effect_noise((WIDTH, HEIGHT), 12) for _ in range(3)])
    return ImageChops.add(photos.quarters(WIDTH, HEIGHT), noise, offset=-128)


def _encoded(picture: Image.Image, profile: bytes) -> bytes:
    return photos.encoded(picture, "JPEG", quality=88, icc_profile=profile)


def _cpu_seconds(work: Callable[[], object]) -> float:
    started = time.process_time()
    work()
    return time.process_time() - started
