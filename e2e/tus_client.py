"""Uploads a file by tuspy, breaks off in the middle, and goes on from there. One line of JSON says what it saw.

    tus_client.py URL TOKEN FILE
"""

import json
import sys

from tusclient import client
from tusclient.exceptions import TusCommunicationError

url, token, path = sys.argv[1:]
tus = client.TusClient(url, headers={"Authorization": f"Bearer {token}"})
said = {"filename": "from python.mp4", "caption": "By tuspy", "audience": "everyone"}
first = tus.uploader(path, chunk_size=1_000_000, metadata=said, upload_checksum=True)
first.upload_chunk()
first.upload_chunk()
# Another process, later: all that it knows is the address.
second = tus.uploader(path, chunk_size=1_000_000, url=first.url, upload_checksum=True)
resumed_at = second.offset
second.upload()
wrong = tus.uploader(path, chunk_size=1000, metadata=said, upload_checksum=True)
wrong.upload_chunk()
wrong.offset = 10
try:
    wrong.upload_chunk()
    refused = None
except TusCommunicationError as error:
    refused = error.status_code
print(json.dumps({"url": second.url, "resumed_at": resumed_at, "offset": second.offset, "refused": refused}))
