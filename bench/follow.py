"""Where `follow` looks, beside pyautoflip: how much of the subjects' area is kept in the window, how unevenly it moves
(the mean absolute second difference of its edge), and how long all of it takes. On the sample videos, and on clips made of them in which the subject's place is known.

pyautoflip is large (6.5 GB with what it needs), so nothing installs it unasked:
    python3 -m venv target/tools/autoflip && target/tools/autoflip/bin/pip install pyautoflip==0.2.1
"""

import json
import math
import subprocess
import time
from pathlib import Path

from servers import RELEASE, ROOT

SAMPLES = ROOT.parent / "shared/samples"
FOLLOW = RELEASE / "examples/follow"
PYTHON = ROOT / "target/tools/autoflip/bin/python"
THEIRS = Path(__file__).with_name("autoflip.py")
WINDOW = 9 / 16
# The subject of the made clips: a car seen from above, cut out of a sample.
CAR = (150, 240)


def ffmpeg(*arguments):
    subprocess.run(["ffmpeg", "-v", "error", "-nostdin", "-y", *map(str, arguments)], check=True)


def clip(value, low, high):
    return max(low, min(high, value))


class Made:
    """A clip of a still background and the car, whose left edge is `x(t)`; `words` say the same to ffmpeg."""

    def __init__(self, name, x, words, size=(768, 432), seconds=8, shaken=""):
        self.name, self.x, self.words, self.size, self.seconds, self.shaken = name, x, words, size, seconds, shaken

    def make(self, scratch):
        path, (width, height) = scratch / f"{self.name}.mp4", self.size
        lot, car = stills(scratch)
        ground = f"[0]loop=-1:1,fps=25,trim=duration={self.seconds},scale=1024:576"
        ground += f",crop={width}:{height}:{self.shaken or '128:72'}[g]"
        ffmpeg("-i", lot, "-loop", 1, "-framerate", 25, "-i", car, "-filter_complex",
               f"{ground};[g][1]overlay=x='{self.words}':y=90:shortest=1", "-c:v", "libx264", "-preset", "veryfast",
               "-crf", 20, "-pix_fmt", "yuv420p", path)
        return path

    def boxes(self):
        width, height = self.size
        return [(n / 10, [(self.x(n / 10) / width, 90 / height, CAR[0] / width, CAR[1] / height)])
                for n in range(self.seconds * 10)]


def stills(scratch):
    """The empty room and the car, as pictures."""
    lot, car = scratch / "room.png", scratch / "car.png"
    if not car.exists():
        ffmpeg("-ss", 2, "-i", SAMPLES / "one-by-one-person-detection.mp4", "-frames:v", 1, lot)
        ffmpeg("-ss", 6.9, "-i", SAMPLES / "car-detection.mp4", "-vf", f"crop={CAR[0]}:{CAR[1]}:270:8", "-frames:v", 1, car)
    return lot, car


class Two(Made):
    """Two scenes, the car at the left of one and at the right of the other; `cut` is where the second begins."""
    cut = 4.0

    def make(self, scratch):
        first = Made("first", self.x, "60+30*sin(2*t)", seconds=4).make(scratch)
        second = Made("second", self.x, "560+30*sin(2*t)", seconds=4).make(scratch)
        path = scratch / f"{self.name}.mp4"
        # Another place: turned, and in other colours.
        ffmpeg("-i", first, "-i", second, "-filter_complex", "[1]vflip,negate[v];[0][v]concat", "-c:v", "libx264",
               "-preset", "veryfast", "-crf", 20, "-pix_fmt", "yuv420p", path)
        return path


SHAKEN = "x='128+40*sin(t)+8*sin(9*t)+4*sin(23*t)':y='72+7*sin(7.3*t)+4*cos(19*t)'"
CLIPS = [
    Made("across", lambda t: 20 + 72 * t, "20+72*t"),
    Made("stops", lambda t: 40 + 520 * clip((t - 3) / 2, 0, 1), "40+520*clip((t-3)/2,0,1)"),
    Two("two scenes", lambda t: 60 + 30 * math.sin(2 * t) if t < 4 else 560 + 30 * math.sin(2 * (t - 4)), ""),
    Made("in a hand", lambda t: 560 - 66 * t, "560-66*t", shaken=SHAKEN),
    Made("square", lambda t: 10 + 33 * t, "10+33*t", size=(432, 432)),
]


def told(command):
    begin = time.perf_counter()
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"{Path(str(command[1])).name}: {(done.stderr.strip().splitlines() or ['failed'])[-1]}")
    return json.loads(done.stdout.strip().splitlines()[-1]), time.perf_counter() - begin


def facts(path):
    said = subprocess.run(["ffprobe", "-v", "error", "-select_streams", "v", "-show_entries",
                           "stream=width,height,avg_frame_rate", "-of", "csv=p=0", str(path)],
                          check=True, capture_output=True, text=True).stdout.strip().split(",")
    over, under = said[2].split("/")
    return int(said[0]), int(said[1]), int(over) / int(under)


def ours(path, scratch):
    """The left and the right edge of the window at each frame (0 to 1), the seconds of all of it, and the cost of
    watching in parts of the encoding: that of the renditions alone."""
    width, height, rate = facts(path)
    said, seconds = told([FOLLOW, path, rate, scratch / "ours.mp4"])
    share = min(1.0, height * WINDOW / width)
    centres = said["centres"]
    edges = [(c - share / 2, c + share / 2) for c in centres] if centres else [(0.0, 1.0)]
    return edges, seconds, said["watched_ms"] / said["encoded_ms"]


def theirs(path, scratch, method):
    windows, seconds = told([PYTHON, THEIRS, "window", path, scratch / "theirs.mp4", method])
    return [(x, x + w) for x, _, w, _ in windows], seconds


def kept(edges, rate, boxes):
    """The share of the subjects' area that is in the window."""
    inside = total = 0.0
    for at, found in boxes:
        left, right = edges[min(int(at * rate + 0.5), len(edges) - 1)]
        for x, _, width, height in found:
            total += width * height
            inside += max(0.0, min(right, x + width) - max(left, x)) * height
    return inside / total


def unevenness(edges, rate, width, cut=None):
    """Mean absolute second difference of the window's left edge, in pixels of the source; a cut is no movement."""
    places = [left * width for left, _ in edges]
    parts = [abs(places[n - 1] - 2 * places[n] + places[n + 1]) for n in range(1, len(places) - 1)
             if cut is None or abs(n / rate - cut) > 0.1]
    return sum(parts) / max(1, len(parts))


def detected(path):
    """Subjects as pyautoflip's own detector finds them, for samples in which nobody has marked them. What fills half
    of the picture is no subject, and neither is what never moves: furniture."""
    found = told([PYTHON, THEIRS, "boxes", path])[0]
    return [(at, [box[:4] for box in boxes if box[2] * box[3] < 0.5 and box[4] != "tv"]) for at, boxes in found]


def videos(scratch):
    """Each video: its name, the file, its subjects, and where a scene begins in it."""
    for path in sorted(SAMPLES.glob("*.mp4")):
        yield path.name, path, detected(path), None
    for made in CLIPS:
        yield f"made: {made.name}", made.make(scratch), made.boxes(), getattr(made, "cut", None)


def rows(scratch, times):
    if not PYTHON.exists():
        raise RuntimeError("pyautoflip is not installed: bench/follow.py says how")
    if not FOLLOW.exists():
        raise RuntimeError(f"{FOLLOW} is missing: cargo build --release -p outro-media --example follow")
    if not SAMPLES.exists():
        raise RuntimeError("the sample videos are not there")
    scratch = Path(scratch)

    def middle(once):
        return sorted((once() for _ in range(times)), key=lambda run: run[1])[times // 2]

    for name, path, boxes, cut in videos(scratch):
        width, _, rate = facts(path)

        def words(run):
            return (f"{kept(run[0], rate, boxes):.0%} kept, {unevenness(run[0], rate, width, cut):.2f} px uneven, "
                    f"{run[1]:.1f} s")

        mine = middle(lambda: ours(path, scratch))
        beside = [words(middle(lambda: theirs(path, scratch, method))) for method in ("detection", "saliency")]
        yield (f"follow, {name} (watching is {mine[2]:.0%} of encoding it)", words(mine),
               "pyautoflip: objects {}; saliency {}".format(*beside))
