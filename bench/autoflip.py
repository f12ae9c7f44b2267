"""Runs pyautoflip in its own environment and tells where its window was; bench/follow.py starts it.

    python autoflip.py window VIDEO RENDITION [saliency]   its window at each frame
    python autoflip.py boxes VIDEO                         what its object detector finds, five times a second

pyautoflip fetches a face model when it runs. Offline it cannot, so it gets the other face detector that its package
brings along, model included. Nothing else of it is changed.
"""

import json
import sys

import cv2


def window(video, rendition, method="detection"):
    import pyautoflip
    from pyautoflip.core import processor
    from pyautoflip.cropping import saliency_cropper, scene_cropper
    from pyautoflip.detection import face_detector, mediapipe_face_detector
    face_detector.FaceDetector = processor.FaceDetector = mediapipe_face_detector.FaceDetector
    windows = []
    for cropper in (scene_cropper.SceneCropper, saliency_cropper.SaliencyCropper):
        cropper.process_scene = recorded(cropper.process_scene, windows)
    pyautoflip.reframe_video(input_path=video, output_path=rendition, target_aspect_ratio="9:16",
                             detection_method=method, log_level="ERROR")
    return windows


def recorded(process_scene, windows):
    def wrapper(*args, **kwargs):
        made = process_scene(*args, **kwargs)
        windows.extend([float(value) for value in window] for window in made)
        return made
    return wrapper


def boxes(video):
    from pyautoflip.detection.mediapipe_object_detector import ObjectDetector
    detector, capture = ObjectDetector(), cv2.VideoCapture(video)
    rate = capture.get(cv2.CAP_PROP_FPS)
    found, number, due = [], 0, 0.0
    while True:
        read, frame = capture.read()
        if not read:
            return found
        if number / rate >= due:
            seen = [[d["x"], d["y"], d["width"], d["height"], d["class"], float(d["score"])] for d in detector.detect(frame)]
            found.append([number / rate, seen])
            due += 0.2
        number += 1


if __name__ == "__main__":
    told = {"window": window, "boxes": boxes}[sys.argv[1]](*sys.argv[2:])
    print("\n" + json.dumps(told))
