"""What the encoder gives up for its speed: bytes and SSIM of each rendition beside `libx264 -preset slow -crf 23` of the same frames, both held
against the same frames kept without loss; and how long each takes: by itself, which is what it takes longer than the same frames made
and thrown away, and with reading and framing them. No `-tune` on either side.
"""

import math
import re
import subprocess
import time

SLOW = ["-c:v", "libx264", "-preset", "slow", "-crf", "23", "-pix_fmt", "yuv420p"]
WITHOUT_LOSS = ["-c:v", "libx264", "-preset", "ultrafast", "-qp", "0", "-pix_fmt", "yuv420p"]


def rows(clips, plan, scratch, times):
    """One row a clip: of its largest rendition. `plan(file, shape)` are the arguments that ffmpeg is given."""
    for name, file, shape in clips:
        head, outputs = parts(plan(file, shape)[0])
        head = [str(file) if before == "-i" and word.endswith("/0") else word for before, word in zip(["", *head], head)]
        pictures = [output for output in outputs if "-c:v" in output]
        largest = pictures[-1]
        label = largest[largest.index("-map") + 1]
        # What the graph makes for others goes nowhere, in all three alike.
        rest = [word for output in outputs for word in unused(output, largest)]
        ours, slow, exact = (scratch / f"{kind}.mp4" for kind in ("ours", "slow", "exact"))
        plain = ["-map", label, *SLOW, "-fps_mode", "vfr", "-enc_time_base", "1/90000", "-an", "-f", "mp4"]
        lossless = ["-map", label, *WITHOUT_LOSS, "-fps_mode", "vfr", "-enc_time_base", "1/90000", "-an", "-f", "mp4"]
        nowhere = ["-map", label, "-an", "-f", "null"], "-"
        taken = sorted(ratio(head, rest, nowhere, (without_sound(largest), ours), (plain, slow)) for _ in range(times))
        faster, framed, seconds, others = taken[len(taken) // 2]
        ffmpeg([*head, *lossless, str(exact), *rest])
        bits, theirs = size(ours), size(slow)
        good, better = (quality(one, exact) for one in (ours, slow))
        yield (f"encode, {name}, {shape}: largest rendition",
               f"{seconds - framed:.2f} s, {bits / 1000:,.0f} KB of picture, SSIM {good:.2f} dB",
               f"libx264 slow crf 23: {faster:.2f} × as long ({others - framed:.2f} s; {others / seconds:.2f} × with the {framed:.2f} s of framing in both), ours is {bits / theirs:.2f} of its bytes, {good - better:+.2f} dB")


def parts(arguments):
    """What comes before the outputs, and each output's own arguments without its file."""
    at = arguments.index("-filter_complex") + 2
    head, outputs, begin = arguments[:at], [], at
    for end in range(at, len(arguments)):
        if arguments[end].startswith("/proc/self/fd/"):
            outputs.append(arguments[begin:end])
            begin = end + 1
    return head, outputs


def labels(output):
    return [word for before, word in zip(output, output[1:]) if before == "-map" and word.startswith("[")]


def unused(output, largest):
    """Arguments that let what an output would be made of run out, but for the picture that is measured."""
    picture = largest[largest.index("-map") + 1]
    return [word for label in labels(output) if label != picture for word in ("-map", label, "-f", "null", "-")]


def without_sound(output):
    kept, at = [], 0
    while at < len(output):
        of_sound = output[at] in ("-c:a", "-b:a", "-flags:a") or (output[at] == "-map" and output[at + 1].startswith("[a"))
        if not of_sound:
            kept.append(output[at])
        at += 2 if of_sound else 1
    return kept


def ratio(head, rest, *ways):
    """How many times as long the slow one takes by itself, and the seconds of framing, ours and slow, one right after the other."""
    seconds = []
    for arguments, target in ways:
        begin = time.perf_counter()
        ffmpeg([*head, *arguments, str(target), *rest])
        seconds.append(time.perf_counter() - begin)
    framed, ours, slow = seconds
    return (slow - framed) / (ours - framed), *seconds


def ffmpeg(arguments):
    subprocess.run(["ffmpeg", *arguments], check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                   stderr=subprocess.DEVNULL)


def size(file):
    """Bytes of the pictures alone."""
    said = subprocess.run(["ffprobe", "-v", "error", "-select_streams", "v:0", "-show_entries", "packet=size", "-of", "csv=p=0", str(file)],
                          check=True, capture_output=True, text=True).stdout
    return sum(int(line.strip(",")) for line in said.split())


def quality(file, exact):
    """SSIM of all planes in dB, frame by frame."""
    said = subprocess.run(["ffmpeg", "-nostdin", "-i", str(file), "-i", str(exact), "-lavfi",
                           "[0:v]setpts=N[a];[1:v]setpts=N[b];[a][b]ssim", "-f", "null", "-"],
                          check=True, capture_output=True, text=True).stderr
    return -10 * math.log10(1 - float(re.search(r"All:([0-9.]+)", said)[1]))
